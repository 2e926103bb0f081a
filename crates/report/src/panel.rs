//! A frame with axes, drawn by the plotting crate, with a title and a legend above and our marks inside.

use kuva::Theme;
use kuva::plot::LinePlot;
use kuva::render::color::Color;
use kuva::render::layout::{ComputedLayout, Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor, render_multiple};

use crate::axis::Axis;
use crate::color::Rgb;
use crate::legend::{self, Key};
use crate::marks::{INK, bold, cross, disc, literal, outline, rect, rgb, text, text_width};

const INK_CSS: &str = "#22262b";
const GRID_CSS: &str = "#e4e7eb";

/// What a panel looks like before anything is drawn into it. Lengths are SVG units.
pub(crate) struct Frame<'a> {
    pub(crate) title: &'a str,
    pub(crate) x_label: &'a str,
    pub(crate) y_label: &'a str,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// Of the plot area, without titles, labels and legend.
    pub(crate) plot: (f64, f64),
    /// Space left of the plot area: the tick labels and the axis label.
    pub(crate) left: f64,
    /// Space right of the plot area, for a colour bar.
    pub(crate) right: f64,
    pub(crate) grid: bool,
    pub(crate) boxed: bool,
    pub(crate) y_ticks: bool,
    /// The smaller text of a panel that is one of many.
    pub(crate) small: bool,
    pub(crate) legend: Vec<Key>,
}

impl Default for Frame<'_> {
    fn default() -> Self {
        Self {
            title: "",
            x_label: "",
            y_label: "",
            x: Axis::exact(0.0, 1.0, 5),
            y: Axis::exact(0.0, 1.0, 5),
            plot: (600.0, 400.0),
            left: 76.0,
            right: 36.0,
            grid: true,
            boxed: false,
            y_ticks: true,
            small: false,
            legend: Vec::new(),
        }
    }
}

/// A frame being filled with marks.
pub(crate) struct Panel {
    title: String,
    map: ComputedLayout,
    below: Vec<Primitive>,
    marks: Vec<Primitive>,
    above: Vec<Primitive>,
}

impl Panel {
    pub(crate) fn new(frame: Frame<'_>) -> Self {
        let (title_size, label_size, tick_size) = if frame.small { (13, 12, 11) } else { (18, 15, 13) };
        let inner = frame.plot.0;
        let rows = legend::rows(&frame.legend, inner);
        let title_height = if frame.title.is_empty() { 0.0 } else { f64::from(title_size) * 1.5 };
        let top =
            14.0 + title_height + rows.len() as f64 * legend::ROW + if rows.is_empty() { 0.0 } else { 4.0 };
        let bottom = if frame.x_label.is_empty() {
            f64::from(tick_size) + 16.0
        } else {
            f64::from(tick_size + label_size) + 21.0
        };
        let width = frame.left + frame.plot.0 + frame.right;
        let height = top + frame.plot.1 + bottom;

        let theme = Theme {
            axis_color: INK_CSS.into(),
            tick_color: INK_CSS.into(),
            text_color: INK_CSS.into(),
            grid_color: GRID_CSS.into(),
            show_grid: frame.grid,
            ..Theme::light()
        };
        let labels = |axis: Axis| TickFormat::Custom(std::sync::Arc::new(move |v| axis.label(v)));
        let mut layout = Layout::new((frame.x.low, frame.x.high), (frame.y.low, frame.y.high))
            .with_theme(theme)
            .with_width(width)
            .with_height(height)
            .with_force_margins(frame.left, frame.right)
            .with_force_margins_y(top, bottom)
            .with_label_size(label_size)
            .with_tick_size(tick_size)
            .with_show_grid(frame.grid)
            .with_x_axis_min(frame.x.low)
            .with_x_axis_max(frame.x.high)
            .with_y_axis_min(frame.y.low)
            .with_y_axis_max(frame.y.high)
            .with_x_tick_step(frame.x.step)
            .with_y_tick_step(frame.y.step)
            .with_x_tick_format(labels(frame.x))
            .with_y_tick_format(labels(frame.y));
        if !frame.x_label.is_empty() {
            layout = layout.with_x_label(literal(frame.x_label));
        }
        if !frame.y_label.is_empty() {
            layout = layout.with_y_label(literal(frame.y_label));
        }
        if frame.boxed {
            layout = layout.with_box_axes();
        }
        layout.suppress_y_ticks = !frame.y_ticks;
        layout.show_legend = false;

        let map = ComputedLayout::from_layout(&layout);
        // The backend draws no axes for a scene without a plot: a line of no points is the least one.
        let axes = render_multiple(vec![Plot::Line(LinePlot::new())], layout);
        let below = axes
            .elements
            .into_iter()
            .filter(|e| !matches!(e, Primitive::ClipStart { .. } | Primitive::ClipEnd))
            .collect();
        let mut panel = Self { title: frame.title.into(), map, below, marks: Vec::new(), above: Vec::new() };
        if !frame.title.is_empty() {
            panel.above.push(bold(frame.left, 10.0 + f64::from(title_size), title_size, frame.title));
        }
        for (row, keys) in rows.iter().enumerate() {
            let y = 14.0 + title_height + (row as f64 + 0.5) * legend::ROW;
            for (x, key) in keys {
                legend::draw(&mut panel.above, frame.left + x, y, key);
            }
        }
        panel
    }

    /// Where a value lies on the page.
    pub(crate) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.map.map_x(x), self.map.map_y(y))
    }

    /// Left, top, right and bottom of the plot area.
    pub(crate) fn area(&self) -> (f64, f64, f64, f64) {
        let m = &self.map;
        (m.margin_left, m.margin_top, m.width - m.margin_right, m.height - m.margin_bottom)
    }

    /// Discs with a thin edge.
    pub(crate) fn discs(
        &mut self,
        points: impl IntoIterator<Item = [f64; 2]>,
        radius: f64,
        fill: Rgb,
        edge: Rgb,
    ) {
        for [x, y] in points {
            let (cx, cy) = self.at(x, y);
            self.marks.push(disc(cx, cy, radius, fill, edge));
        }
    }

    /// Diagonal crosses.
    pub(crate) fn crosses(&mut self, points: impl IntoIterator<Item = [f64; 2]>, radius: f64, color: Rgb) {
        for [x, y] in points {
            let (cx, cy) = self.at(x, y);
            cross(&mut self.marks, cx, cy, radius, color);
        }
    }

    /// A line through the points, clipped to the frame.
    pub(crate) fn line(&mut self, points: impl IntoIterator<Item = (f64, f64)>, width: f64, color: Rgb) {
        let (_, top, _, bottom) = self.area();
        // The SVG is clipped by the viewer; a coordinate millions of pixels away only makes it larger.
        let reach = bottom - top;
        let points: Vec<_> = points
            .into_iter()
            .map(|(x, y)| {
                let (x, y) = self.at(x, y);
                (x, y.clamp(top - reach, bottom + reach))
            })
            .collect();
        self.marks.push(Primitive::PolyLine {
            points,
            stroke: rgb(color),
            stroke_width: width,
            stroke_dasharray: None,
        });
    }

    /// A dashed straight line between two points.
    pub(crate) fn dashed(&mut self, from: (f64, f64), to: (f64, f64), width: f64, color: Rgb) {
        let ((x1, y1), (x2, y2)) = (self.at(from.0, from.1), self.at(to.0, to.1));
        self.marks.push(Primitive::Line {
            x1,
            y1,
            x2,
            y2,
            stroke: rgb(color),
            stroke_width: width,
            stroke_dasharray: Some("6 4".into()),
        });
    }

    /// A filled region: one closed walk in data coordinates.
    pub(crate) fn region(&mut self, walk: &[(f64, f64)], fill: Rgb, opacity: Option<f64>) {
        let mut d = String::with_capacity(walk.len() * 12);
        let mut last = None;
        for &(x, y) in walk {
            let (x, y) = self.at(x, y);
            let here = (format!("{x:.1}"), format!("{y:.1}"));
            if last.as_ref() == Some(&here) {
                continue;
            }
            d.push(if last.is_none() { 'M' } else { 'L' });
            d.push_str(&here.0);
            d.push(' ');
            d.push_str(&here.1);
            last = Some(here);
        }
        d.push('Z');
        self.marks.push(Primitive::Path(Box::new(PathData {
            d,
            fill: Some(rgb(fill)),
            stroke: Color::None,
            stroke_width: 0.0,
            opacity,
            stroke_dasharray: None,
        })));
    }

    /// A filled rectangle inside the frame, corners in data coordinates.
    pub(crate) fn bar(&mut self, x: (f64, f64), y: (f64, f64), fill: Rgb) {
        let ((x1, y1), (x2, y2)) = (self.at(x.0, y.0), self.at(x.1, y.1));
        self.marks.push(rect(x1.min(x2), y1.min(y2), (x2 - x1).abs(), (y2 - y1).abs(), fill));
    }

    /// The frame's four sides once more, over marks that covered them.
    pub(crate) fn border(&mut self) {
        let (left, top, right, bottom) = self.area();
        self.above.push(outline(left, top, right - left, bottom - top));
    }

    /// A colour bar right of the frame: `bands` colours from `axis.low` at the bottom to `axis.high`.
    pub(crate) fn color_bar(&mut self, axis: Axis, bands: usize, color: impl Fn(f64) -> Rgb, label: &str) {
        let (_, top, right, bottom) = self.area();
        let (left, width, height) = (right + 22.0, 20.0, bottom - top);
        for band in 0..bands {
            let (from, to) = (band as f64 / bands as f64, (band + 1) as f64 / bands as f64);
            let y = bottom - to * height;
            // Each band reaches down to the foot, so that no seam shows between two.
            self.below.push(rect(left, y, width, bottom - y, color((from + to) / 2.0)));
        }
        // Painted from the top band down, a lower band would lie under a higher one.
        let painted = self.below.len();
        self.below[painted - bands..].reverse();
        self.below.push(outline(left, top, width, height));
        for value in axis.ticks() {
            let y = bottom - (value - axis.low) / (axis.high - axis.low) * height;
            let x = left + width;
            self.below.push(Primitive::Line {
                x1: x,
                y1: y,
                x2: x + 5.0,
                y2: y,
                stroke: rgb(INK),
                stroke_width: 1.0,
                stroke_dasharray: None,
            });
            self.below.push(text(x + 9.0, y + 4.5, 13, TextAnchor::Start, None, &axis.label(value)));
        }
        let middle = (top + bottom) / 2.0;
        self.below.push(text(
            left + color_bar_room(axis) - 22.0 - 12.0,
            middle,
            15,
            TextAnchor::Middle,
            Some(-90.0),
            label,
        ));
    }

    /// The finished scene.
    pub(crate) fn finish(self) -> (String, Scene) {
        let title = self.title.clone();
        (title, tile("", vec![vec![self]]))
    }
}

/// Puts panels side by side (`rows` of them, each left to right) into one scene, below a title.
pub(crate) fn tile(title: &str, rows: Vec<Vec<Panel>>) -> Scene {
    let row_size = |row: &Vec<Panel>| {
        let width: f64 = row.iter().map(|p| p.map.width).sum();
        (width, row.iter().map(|p| p.map.height).fold(0.0, f64::max))
    };
    let sizes: Vec<_> = rows.iter().map(row_size).collect();
    let width = sizes.iter().map(|s| s.0).fold(0.0, f64::max);
    let head = if title.is_empty() { 0.0 } else { 40.0 };
    let height = head + sizes.iter().map(|s| s.1).sum::<f64>();
    let mut scene = Scene::new(width, height);
    scene.text_color = Some(INK_CSS.into());
    if !title.is_empty() {
        scene.add(bold(24.0, 28.0, 18, title));
    }
    let mut y = head;
    let mut panels = 0;
    for (row, size) in rows.into_iter().zip(&sizes) {
        let mut x = 0.0;
        for panel in row {
            if scene.font_family.is_none() {
                scene.font_family = panel.map.font_family.clone();
            }
            let (left, top, right, bottom) = panel.area();
            // The backend numbers its clips over the life of the process: the same picture drawn twice would
            // differ. Ours count from 0 in every figure.
            let id = format!("clip-{panels}");
            let (w, h) = (right - left, bottom - top);
            scene.defs.push(format!(
                "<clipPath id=\"{id}\"><rect x=\"{left:.2}\" y=\"{top:.2}\" width=\"{w:.2}\" height=\"{h:.2}\"/></clipPath>"
            ));
            let step_x = panel.map.width;
            scene.add(Primitive::GroupStart {
                transform: Some(format!("translate({x},{y})")),
                title: None,
                extra_attrs: None,
            });
            scene.elements.extend(panel.below);
            scene.add(Primitive::ClipStart { x: left, y: top, width: w, height: h, id });
            scene.elements.extend(panel.marks);
            scene.add(Primitive::ClipEnd);
            scene.elements.extend(panel.above);
            scene.add(Primitive::GroupEnd);
            x += step_x;
            panels += 1;
        }
        y += size.1;
    }
    scene
}

/// The space right of a frame that a colour bar takes: gap, bar, tick, tick labels, label.
pub(crate) fn color_bar_room(axis: Axis) -> f64 {
    let widest = axis.ticks().map(|v| text_width(&axis.label(v), 13.0)).fold(0.0, f64::max);
    22.0 + 20.0 + 9.0 + widest + 38.0
}
