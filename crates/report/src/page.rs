//! One HTML page that holds everything: text, tables, figures, code.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::{Error, Figure};

/// A report on one self-contained HTML page, built from top to bottom.
///
/// The page loads nothing: no script, no font, no style sheet, no picture from elsewhere. Figures are inlined
/// as SVG. It follows the reader's light or dark setting (figures keep their white paper), and reads on a
/// phone: one column, and tables that scroll within themselves. Every text given is escaped; none is taken as
/// HTML.
///
/// ```
/// use elbo_report::{Names, Page, scatter};
///
/// let figure = scatter(&[[0.0, 1.0], [1.0, 0.0]], &[0.0, 1.0], &Names::new("Data"))?;
/// let html = Page::new("Two moons")
///     .intro("A network of 40 weights, fitted by ADVI.")
///     .section("Result")
///     .facts([("accuracy", "0.94"), ("steps", "30,000")])
///     .figure(&figure, "The training rows.")
///     .code("cargo run --release")
///     .html();
/// assert!(html.starts_with("<!doctype html>") && html.contains("<svg"));
/// # Ok::<(), elbo_report::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a page is written by `html` or `save`"]
pub struct Page {
    title: String,
    body: String,
    figures: usize,
    /// Figures in a row share a grid: it is open while figure follows figure.
    grid: bool,
}

impl Page {
    /// A page with this title, above everything.
    pub fn new(title: &str) -> Self {
        Self { title: title.into(), body: String::new(), figures: 0, grid: false }
    }

    /// A paragraph in larger type: what this is and what came out.
    pub fn intro(self, text: &str) -> Self {
        self.block(format!("<p class=\"intro\">{}</p>\n", escape(text)))
    }

    /// A heading.
    pub fn section(self, heading: &str) -> Self {
        self.block(format!("<h2>{}</h2>\n", escape(heading)))
    }

    /// A paragraph.
    pub fn paragraph(self, text: &str) -> Self {
        self.block(format!("<p>{}</p>\n", escape(text)))
    }

    /// A table of names and values, such as the settings of a run.
    pub fn facts<K: AsRef<str>, V: AsRef<str>>(self, facts: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut out = String::from("<div class=\"scroll\"><table class=\"facts\"><tbody>\n");
        for (name, value) in facts {
            let (name, value) = (escape(name.as_ref()), escape(value.as_ref()));
            let _ = writeln!(out, "<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>");
        }
        self.block(out + "</tbody></table></div>\n")
    }

    /// A table with a heading over each column. Rows may be shorter than the header; what is beyond it is kept.
    pub fn table(self, header: &[&str], rows: &[Vec<String>]) -> Self {
        let mut out = String::from("<div class=\"scroll\"><table><thead><tr>");
        for cell in header {
            let _ = write!(out, "<th scope=\"col\">{}</th>", escape(cell));
        }
        out.push_str("</tr></thead><tbody>\n");
        for row in rows {
            out.push_str("<tr>");
            for (i, cell) in row.iter().enumerate() {
                let cell = escape(cell);
                let _ = if i == 0 {
                    write!(out, "<th scope=\"row\">{cell}</th>")
                } else {
                    write!(out, "<td>{cell}</td>")
                };
            }
            out.push_str("</tr>\n");
        }
        self.block(out + "</tbody></table></div>\n")
    }

    /// A figure with its caption. Figures that follow each other stand side by side where there is room; a wide
    /// one takes the whole width.
    pub fn figure(mut self, figure: &Figure, caption: &str) -> Self {
        if !self.grid {
            self.body.push_str("<div class=\"figures\">\n");
            self.grid = true;
        }
        let class = if figure.width() > 850.0 { " class=\"wide\"" } else { "" };
        let label = if figure.title().is_empty() { caption } else { figure.title() };
        let opening = format!("<svg role=\"img\" aria-label=\"{}\" ", escape(label));
        // On one page, the same name must not stand for the clips of two figures. In a text a quote is an
        // entity, so these patterns occur in attributes only.
        let svg = figure
            .svg()
            .replacen("<svg ", &opening, 1)
            .replace(" id=\"", &format!(" id=\"figure-{}-", self.figures))
            .replace("=\"url(#", &format!("=\"url(#figure-{}-", self.figures));
        let caption = escape(caption);
        let _ = writeln!(self.body, "<figure{class}>{svg}<figcaption>{caption}</figcaption></figure>");
        self.figures += 1;
        self
    }

    /// Code or terminal output, as it is.
    pub fn code(self, code: &str) -> Self {
        self.block(format!("<pre><code>{}</code></pre>\n", escape(code)))
    }

    /// The whole page.
    pub fn html(&self) -> String {
        let title = escape(&self.title);
        let end = if self.grid { "</div>\n" } else { "" };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
             <h1>{title}</h1>\n{}{end}</main>\n</body>\n</html>\n",
            self.body
        )
    }

    /// Writes the page to a file, making its folder if it is missing.
    ///
    /// # Errors
    /// [`Error::Io`] with the path that could not be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|source| Error::Io { path: folder.into(), source })?;
        }
        fs::write(path, self.html()).map_err(|source| Error::Io { path: path.into(), source })
    }

    fn block(mut self, html: String) -> Self {
        if self.grid {
            self.body.push_str("</div>\n");
            self.grid = false;
        }
        self.body.push_str(&html);
        self
    }
}

/// Text as HTML text or attribute: the five characters with a meaning become entities, and control characters
/// but for tab and line feed become spaces.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

const STYLE: &str = "\
:root { --ink: #22262b; --soft: #5b6470; --paper: #ffffff; --line: #dfe3e8; --box: #f5f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --soft: #a2abb6; --paper: #16191d; --line: #343a42; --box: #20252b; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, \"Segoe UI\", Roboto, \"DejaVu Sans\", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0.6rem 0 0.8rem; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 0.7rem; }
p { max-width: 46rem; }
.intro { font-size: 1.1rem; color: var(--soft); }
.scroll { overflow-x: auto; margin: 0.8rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 0.4rem 0.9rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child { text-align: left; padding-left: 0; }
th { font-weight: 600; }
thead th { color: var(--soft); font-size: 0.9rem; }
.facts td { text-align: left; white-space: normal; }
.facts th { color: var(--soft); }
.figures { display: grid; gap: 1.25rem; margin: 1rem 0; align-items: start;
  grid-template-columns: minmax(0, 1fr); }
@media (min-width: 860px) { .figures { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
@media (max-width: 520px) { main { padding: 0.8rem 0.7rem 3rem; } h1 { font-size: 1.5rem; } }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; background: var(--box); }
figure.wide { grid-column: 1 / -1; }
figure svg { display: block; width: 100%; height: auto; background: #ffffff; }
figcaption { padding: 0.6rem 0.9rem 0.7rem; color: var(--soft); font-size: 0.92rem; }
pre { background: var(--box); border: 1px solid var(--line); border-radius: 8px; padding: 0.9rem 1rem;
  overflow-x: auto; font-size: 0.88rem; line-height: 1.45; }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_escaped() {
        let bad = "<script>alert('x') & \"y\"</script>";
        let html = Page::new(bad)
            .intro(bad)
            .section(bad)
            .paragraph(bad)
            .facts([(bad, bad)])
            .table(&[bad], &[vec![bad.into(), bad.into()]])
            .code(bad)
            .html();
        assert!(!html.contains("<script") && !html.contains("alert('x')"));
        assert_eq!(
            html.matches("&lt;script&gt;alert(&#39;x&#39;) &amp; &quot;y&quot;&lt;/script&gt;").count(),
            11
        );
    }
}
