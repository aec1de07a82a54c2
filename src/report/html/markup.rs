//! HTML as it is written.

use crate::line::shown;
use crate::secret::Secrets;

/// A page in the making. All that is not [`Markup::raw`] is masked, cleaned and escaped.
pub(super) struct Markup<'a> {
    text: String,
    secrets: &'a Secrets,
}

impl<'a> Markup<'a> {
    pub(super) fn new(secrets: &'a Secrets) -> Self {
        Self {
            text: String::new(),
            secrets,
        }
    }

    pub(super) fn secrets(&self) -> &'a Secrets {
        self.secrets
    }

    /// Markup of our own.
    pub(super) fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    pub(super) fn text(&mut self, text: &str) {
        let masked = self.secrets.mask(text);
        for (index, line) in masked.split('\n').enumerate() {
            if index > 0 {
                self.text.push('\n');
            }
            escape(&shown(line, false, self.secrets), &mut self.text);
        }
    }

    /// `<name>text</name>`; `name` may have attributes.
    pub(super) fn element(&mut self, name: &str, text: &str) {
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
        self.text(text);
        self.text.push_str("</");
        self.text.push_str(name.split(' ').next().unwrap_or(name));
        self.text.push('>');
    }

    pub(super) fn done(self) -> String {
        self.text
    }
}

fn escape(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            _ => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Markup;
    use crate::secret::Secrets;

    #[test]
    fn what_others_say_is_text() {
        let secrets = Secrets::new();
        secrets.add("a<b>c");
        let mut page = Markup::new(&secrets);
        page.element(
            "td class=\"x\"",
            "a<b>c </script><img src='\"' onerror=x>\x1b[31m&\x1b]0;t\x07\n.",
        );
        assert_eq!(
            page.done(),
            "<td class=\"x\">*** &lt;/script&gt;&lt;img src=&#39;&quot;&#39; onerror=x&gt;&amp;\n.</td>"
        );
    }
}
