//! A picture of the coverage: per cell the share of exceeded errors with its interval.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A cell of the table.
pub(crate) struct Row {
    /// What it is.
    pub(crate) label: String,
    /// Share of exceeded errors in %, and its 95 % interval.
    pub(crate) share: [f64; 3],
    /// Whether the errors are standard deviations, of which 31.7 % are exceeded.
    pub(crate) is_sigma: bool,
}

/// Pixels per row, and for axis and labels.
const ROW: u32 = 18;
const MARGIN: u32 = 60;
const LABELS: u32 = 330;

/// Draws all rows into an SVG file.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn draw(path: &str, rows: &[Row]) -> Result<(), Box<dyn std::error::Error>> {
    let size = (900, MARGIN + ROW * rows.len() as u32);
    let root = SVGBackend::new(path, size).into_drawing_area();
    root.fill(&WHITE)?;
    let most = rows.iter().map(|row| row.share[2]).fold(10.0, f64::max);
    let mut chart = ChartBuilder::on(&root)
        .margin(8)
        .x_label_area_size(36)
        .y_label_area_size(LABELS)
        .build_cartesian_2d(0.0..most, 0.0..rows.len() as f64)?;
    let label = |y: &f64| {
        let place = rows.len() as f64 - y - 0.5;
        rows.get(place.round() as usize).map_or(String::new(), |row| row.label.clone())
    };
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .y_labels(0)
        .x_desc("stated errors exceeded, % (95 % interval)")
        .draw()?;
    for (i, row) in rows.iter().enumerate() {
        let y = rows.len() as f64 - i as f64 - 0.5;
        let [share, low, high] = row.share;
        // Green where the promise is kept: one in a hundred for a bound, about a third for one standard deviation.
        let kept = if row.is_sigma { (low..=high).contains(&31.7) } else { low <= 1.0 };
        let colour = if kept { RGBColor(40, 140, 80) } else { RGBColor(200, 60, 40) };
        chart.draw_series([PathElement::new([(low, y), (high, y)], colour.stroke_width(2))])?;
        chart.draw_series([Circle::new((share, y), 4, colour.filled())])?;
        let style = ("sans-serif", 13).into_font().color(&BLACK).pos(Pos::new(HPos::Left, VPos::Center));
        let pixel = chart.backend_coord(&(0.0, y));
        root.draw(&Text::new(label(&y), (12, pixel.1), style))?;
    }
    root.present()?;
    Ok(())
}
