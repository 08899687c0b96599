//! Pictures of curves with error bars, as SVG or PNG, with a font of their own.

use super::map::Map;
use super::{name, plot_map};
use crate::cli::{Failure, Plot};
use fubini::replace;
use plotters::coord::Shift;
use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};
use std::error::Error;
use std::path::Path;

/// A part of a picture.
pub(super) enum Panel {
    /// Curves.
    Chart(Picture),
    /// An integrand of two variables.
    Map(Map),
}

/// Curves that need no explanation.
pub(super) struct Picture {
    pub(super) title: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) curves: Vec<Curve>,
}

/// One axis with its label.
pub(super) struct Axis {
    pub(super) label: String,
    pub(super) logarithmic: bool,
    /// What it covers, where that is not what its points do.
    pub(super) range: Option<(f64, f64)>,
}

/// Points with their errors, joined by a line.
pub(super) struct Curve {
    /// What the legend says; without one there is no entry.
    pub(super) label: String,
    /// (x, y, error of y).
    pub(super) points: Vec<(f64, f64, f64)>,
    /// Curves of the same colour belong together.
    pub(super) colour: usize,
    pub(super) dashed: bool,
}

/// A chart of its own, or one of several above each other.
const SIZE: (u32, u32) = (960, 600);
const STACKED: u32 = 420;
pub(super) const FONT: &str = "sans-serif";
/// Colours that colour-blind readers can tell apart (M. Okabe, K. Ito, Color Universal Design (2008)).
pub(super) const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(90, 90, 90),
];
/// Letters in pixels: of titles, of axes, and of all else. At half of its size a picture is still read.
pub(super) const LETTERS: [u32; 3] = [20, 18, 16];
/// Empty space around a chart.
const MARGIN: u32 = 14;
/// Width of the legend.
const LEGEND: u32 = 270;
/// Characters that fit into a line of the legend.
const LEGIBLE: usize = 28;
/// Empty space around the points, as a share of their range.
const SPACE: f64 = 0.06;

/// Whether a file of this name can hold a picture.
pub(crate) fn is_picture(path: &Path) -> bool {
    matches!(extension(path).as_str(), "svg" | "png")
}

/// Draws a picture into its file: charts above each other, maps to their right.
pub(super) fn save(plot: &Plot, panels: &[Panel]) -> Result<(), Failure> {
    // The only font that will ever be asked for; that it is one is not in doubt.
    _ = register_font(FONT, FontStyle::Normal, dejavu::sans::regular());
    let bytes = if extension(&plot.path) == "png" { png(panels) } else { svg(panels) };
    let bytes = bytes.map_err(|error| Failure::words(format!("it cannot be drawn: {error}")))?;
    replace::write(&plot.path, &bytes, plot.over).map_err(|error| Failure::words(error.to_string()))
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Width and height of a picture, and the height of its charts.
fn size(panels: &[Panel]) -> ((u32, u32), u32) {
    let charts = panels.iter().filter(|panel| matches!(panel, Panel::Chart(_))).count() as u32;
    let maps = panels.len() as u32 - charts;
    let each = if charts > 1 { STACKED } else { SIZE.1 };
    ((SIZE.0 + maps * charts * each, charts * each), each)
}

fn svg(panels: &[Panel]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut text = String::new();
    draw(SVGBackend::with_string(&mut text, size(panels).0).into_drawing_area(), panels)?;
    Ok(text.into_bytes())
}

fn png(panels: &[Panel]) -> Result<Vec<u8>, Box<dyn Error>> {
    let (size, _) = size(panels);
    let mut pixels = vec![0; (3 * size.0 * size.1) as usize];
    draw(BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area(), panels)?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(bytes)
}

fn draw<B: DrawingBackend>(root: DrawingArea<B, Shift>, panels: &[Panel]) -> Result<(), Box<dyn Error>>
where
    B::ErrorType: 'static,
{
    root.fill(&WHITE)?;
    let (_, height) = size(panels);
    let (mut left, mut right) = root.split_horizontally(SIZE.0);
    // Charts above each other are equally wide.
    let named = |picture: &Picture| picture.curves.iter().any(|curve| !curve.label.is_empty());
    let labelled = panels.iter().any(|panel| matches!(panel, Panel::Chart(picture) if named(picture)));
    for panel in panels {
        match panel {
            Panel::Chart(picture) => {
                let (top, below) = left.split_vertically(height);
                chart(&top, picture, labelled)?;
                left = below;
            }
            Panel::Map(map) => {
                let (here, further) = right.split_horizontally(right.dim_in_pixel().1);
                plot_map::draw(&here, map)?;
                right = further;
            }
        }
    }
    root.present()?;
    Ok(())
}

fn chart<B: DrawingBackend>(root: &DrawingArea<B, Shift>, picture: &Picture, labelled: bool) -> Result<(), Box<dyn Error>>
where
    B::ErrorType: 'static,
{
    let points = || picture.curves.iter().flat_map(|curve| &curve.points);
    let (x0, x1) = picture.x.range.unwrap_or_else(|| range(points().map(|p| p.0), picture.x.logarithmic));
    let reach = || range(points().flat_map(|p| [p.1 - p.2, p.1 + p.2]), picture.y.logarithmic);
    let (y0, y1) = picture.y.range.unwrap_or_else(reach);
    // Beside the chart the legend hides no point.
    let (left, right) = root.split_horizontally(SIZE.0 - if labelled { LEGEND } else { 0 });
    if labelled {
        legend(&right, &picture.curves)?;
    }
    let mut builder = ChartBuilder::on(&left);
    builder
        .caption(&picture.title, (FONT, fitting(&picture.title, left.dim_in_pixel().0)).into_font())
        .margin(MARGIN)
        .x_label_area_size(54)
        .y_label_area_size(130);
    match (picture.x.logarithmic, picture.y.logarithmic) {
        (false, false) => curves(builder.build_cartesian_2d(x0..x1, y0..y1)?, picture)?,
        (false, true) => curves(builder.build_cartesian_2d(x0..x1, (y0..y1).log_scale())?, picture)?,
        (true, false) => curves(builder.build_cartesian_2d((x0..x1).log_scale(), y0..y1)?, picture)?,
        (true, true) => curves(builder.build_cartesian_2d((x0..x1).log_scale(), (y0..y1).log_scale())?, picture)?,
    }
    Ok(())
}

fn curves<'a, B, X, Y>(mut chart: ChartContext<'a, B, Cartesian2d<X, Y>>, picture: &Picture) -> Result<(), Box<dyn Error>>
where
    B: DrawingBackend + 'a,
    B::ErrorType: 'static,
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let plain = |value: &f64| plain(*value);
    let scientific = |value: &f64| scientific(*value);
    let formatter = |axis: &Axis| -> &dyn Fn(&f64) -> String { if axis.logarithmic { &scientific } else { &plain } };
    chart
        .configure_mesh()
        .light_line_style(BLACK.mix(0.05))
        .bold_line_style(BLACK.mix(0.15))
        .x_desc(&picture.x.label)
        .y_desc(&picture.y.label)
        .axis_desc_style((FONT, LETTERS[1]))
        .label_style((FONT, LETTERS[2]))
        .x_label_formatter(formatter(&picture.x))
        .y_label_formatter(formatter(&picture.y))
        .draw()?;
    for curve in &picture.curves {
        let colour = COLOURS[curve.colour % COLOURS.len()];
        let line = curve.points.iter().map(|(x, y, _)| (*x, *y));
        match curve.dashed {
            true => chart.draw_series(DashedLineSeries::new(line.clone(), 6, 4, colour.stroke_width(1)))?,
            false => chart.draw_series(LineSeries::new(line.clone(), colour.stroke_width(2)))?,
        };
        // Bars of plotters have a filled dot, which a dashed curve has not.
        let bars = || curve.points.iter().filter(|(_, _, error)| *error > 0.0);
        let stems = bars().map(|(x, y, error)| PathElement::new([(*x, y - error), (*x, y + error)], colour.stroke_width(1)));
        chart.draw_series(stems)?;
        let ends = bars().flat_map(|(x, y, error)| [(*x, y - error), (*x, y + error)]);
        chart.draw_series(ends.map(|end| EmptyElement::at(end) + PathElement::new([(-4, 0), (4, 0)], colour.stroke_width(1))))?;
        let dot = if curve.dashed { colour.stroke_width(1) } else { colour.filled() };
        chart.draw_series(line.map(|point| Circle::new(point, 4, dot)))?;
    }
    Ok(())
}

/// The size of letters with which a title is as wide as its chart at the most.
fn fitting(title: &str, width: u32) -> u32 {
    let wanted = (FONT, LETTERS[0]).into_font().box_size(title).map_or(0, |(wide, _)| wide + 2 * MARGIN);
    if wanted > width { (LETTERS[0] * width / wanted).max(1) } else { LETTERS[0] }
}

/// One line per curve: its stroke, its dot and its name.
fn legend<B: DrawingBackend>(area: &DrawingArea<B, Shift>, curves: &[Curve]) -> Result<(), Box<dyn Error>>
where
    B::ErrorType: 'static,
{
    let (mut y, height) = (60, 26);
    for curve in curves.iter().filter(|curve| !curve.label.is_empty()) {
        let colour = COLOURS[curve.colour % COLOURS.len()];
        // As far as a curve would go, with the gap of a dashed one.
        let ends: &[(i32, i32)] = if curve.dashed { &[(4, 14), (22, 32)] } else { &[(4, 32)] };
        let width = if curve.dashed { 1 } else { 2 };
        for (from, to) in ends {
            area.draw(&PathElement::new([(*from, y), (*to, y)], colour.stroke_width(width)))?;
        }
        area.draw(&Circle::new((18, y), 4, if curve.dashed { colour.stroke_width(1) } else { colour.filled() }))?;
        let style = (FONT, LETTERS[2]).into_font().color(&BLACK).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(name::within(&curve.label, LEGIBLE), (40, y), style))?;
        y += height;
    }
    Ok(())
}

/// The range of an axis, with space at both ends.
pub(super) fn range(values: impl Iterator<Item = f64>, logarithmic: bool) -> (f64, f64) {
    let scale = |x: f64| if logarithmic { x.log10() } else { x };
    let finite = values.map(scale).filter(|x| x.is_finite());
    let (lo, hi) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| (lo.min(x), hi.max(x)));
    let (lo, hi) = if lo <= hi { (lo, hi) } else { (0.0, 1.0) };
    // A single value needs some room too.
    let space = if hi > lo { SPACE * (hi - lo) } else { 0.1 * lo.abs().max(1.0) };
    if logarithmic { (10f64.powf(lo - space), 10f64.powf(hi + space)) } else { (lo - space, hi + space) }
}

/// A number on a linear axis, without the last digits of sums.
pub(super) fn plain(value: f64) -> String {
    exact(format!("{value:.9e}").parse().unwrap_or(value))
}

/// All digits of a number, with an exponent where that is shorter.
pub(super) fn exact(value: f64) -> String {
    if value != 0.0 && !(1e-4..1e6).contains(&value.abs()) { format!("{value:e}") } else { format!("{value}") }
}

/// A number on a logarithmic axis: 1e-3. Of those between the powers of ten only 2 and 5 are named, so that no two names touch.
fn scientific(value: f64) -> String {
    let rounded: f64 = format!("{value:.3e}").parse().unwrap_or(value);
    let text = format!("{rounded:e}");
    if ["1e", "2e", "5e"].iter().any(|start| text.starts_with(start)) { text } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_their_values_and_are_never_empty() {
        let (lo, hi) = range([1.0, 3.0, f64::NAN].into_iter(), false);
        assert!(lo < 1.0 && hi > 3.0 && hi < 3.5);
        let (lo, hi) = range([1e-3, 1e2, 0.0].into_iter(), true);
        assert!(lo > 1e-4 && lo < 1e-3 && hi > 1e2 && hi < 1e3);
        for logarithmic in [false, true] {
            let (lo, hi) = range([2.0].into_iter(), logarithmic);
            assert!(lo < 2.0 && 2.0 < hi);
            let (lo, hi) = range(std::iter::empty(), logarithmic);
            assert!(lo < hi && lo.is_finite() && hi.is_finite());
        }
        assert_eq!([scientific(9.999_999_999_998e-4), scientific(2e4), scientific(3e4)], ["1e-3", "2e4", ""]);
        assert_eq!([plain(0.1 + 0.2), plain(-2.878), plain(0.0), plain(1e-7)], ["0.3", "-2.878", "0", "1e-7"]);
    }
}
