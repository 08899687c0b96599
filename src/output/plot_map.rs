//! A map as a part of a picture: shaded cells, outlines of regions and points over them.

use super::map::Map;
use super::plot::{COLOURS, FONT, LETTERS, plain};
use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;

/// What positive and negative values are shaded with: orange and blue of the curves, which are told apart without red and green.
const POSITIVE: RGBColor = COLOURS[4];
const NEGATIVE: RGBColor = COLOURS[0];

pub(super) fn draw<B: DrawingBackend>(area: &DrawingArea<B, Shift>, map: &Map) -> Result<(), Box<dyn Error>>
where
    B::ErrorType: 'static,
{
    let corners = || map.cells.iter().flat_map(|cell| &cell.corners);
    let range = |d: fn(&(f64, f64)) -> f64| {
        let (lo, hi) = corners().map(d).fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| (lo.min(x), hi.max(x)));
        if lo < hi { (lo, hi) } else { (0.0, 1.0) }
    };
    let ((x0, x1), (y0, y1)) = (range(|p| p.0), range(|p| p.1));
    let area = area.margin(14, 0, 0, 0).titled(&map.title, (FONT, LETTERS[0]).into_font())?;
    let area = area.titled(&map.shades, (FONT, LETTERS[2]).into_font())?;
    let mut chart =
        ChartBuilder::on(&area).margin(14).x_label_area_size(54).y_label_area_size(84).build_cartesian_2d(x0..x1, y0..y1)?;
    for cell in map.cells.iter().filter(|cell| cell.shade.abs() > 0.01) {
        let colour = if cell.shade > 0.0 { POSITIVE } else { NEGATIVE };
        chart.draw_series([Polygon::new(cell.corners.clone(), mixed(colour, cell.shade.abs()).filled())])?;
    }
    let thin = BLACK.mix(0.65).stroke_width(1);
    chart.draw_series(map.outlines.iter().map(|line| PathElement::new(line.clone(), thin)))?;
    chart.draw_series(map.points.iter().map(|point| Circle::new(*point, 1, BLACK.mix(0.7).filled())))?;
    let number = |value: &f64| plain(*value);
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc(&map.names[0])
        .y_desc(&map.names[1])
        .axis_desc_style((FONT, LETTERS[1]))
        .label_style((FONT, LETTERS[2]))
        .x_label_formatter(&number)
        .y_label_formatter(&number)
        .draw()?;
    Ok(())
}

/// A colour on white, opaque, so that cells may overlap.
fn mixed(RGBColor(r, g, b): RGBColor, share: f64) -> RGBColor {
    let part = |c: u8| (255.0 - share * (255.0 - f64::from(c))).round() as u8;
    RGBColor(part(r), part(g), part(b))
}
