//! How a text becomes a here-document, and a text again.

/// What happens to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is applied.
    Apply,
    /// It is applied, and fields that others own are taken over.
    Force,
    /// What it would change is shown.
    Diff,
}

impl How {
    /// By the name that a form sends.
    #[cfg(feature = "ssr")]
    pub fn named(name: Option<&str>) -> Self {
        [Self::Force, Self::Diff].into_iter().find(|how| how.name() == name).unwrap_or(Self::Apply)
    }

    /// The name that a form sends; applying is what it does without one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Apply => None,
            Self::Force => Some("force"),
            Self::Diff => Some("diff"),
        }
    }

    /// The command.
    pub fn command(self) -> &'static str {
        match self {
            Self::Apply => "kubectl apply --server-side -f -",
            Self::Force => "kubectl apply --server-side --force-conflicts -f -",
            Self::Diff => "kubectl diff --server-side -f -",
        }
    }
}

/// The command line that does it to `yaml`; its closing word does not occur in the text.
#[cfg(feature = "ssr")]
pub fn line_of(how: How, yaml: &str) -> String {
    let mut word = "EOF".to_owned();
    while yaml.lines().any(|line| line.trim() == word) {
        word.push('_');
    }
    format!("{} <<'{word}'\n{}\n{word}", how.command(), yaml.trim_end_matches('\n'))
}

/// The text in such a line.
pub fn text_of(line: &str) -> Option<String> {
    let is_ours = [How::Apply, How::Force, How::Diff].iter().any(|how| line.starts_with(how.command()));
    let (head, rest) = line.split_once('\n').filter(|_| is_ours)?;
    let word = head.split_once("<<'")?.1.strip_suffix('\'')?;
    let text = rest.trim_end().strip_suffix(word)?;
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::terminal::whole::open;

    #[test]
    fn applied_text_is_whole_and_comes_back() {
        let line = line_of(How::Apply, "a: 1\nEOF\n");
        assert_eq!(line, "kubectl apply --server-side -f - <<'EOF_'\na: 1\nEOF\nEOF_");
        assert_eq!(open(&line), None);
        assert_eq!(text_of(&line).as_deref(), Some("a: 1\nEOF\n"));
        for line in ["kubectl get pods", "kubectl apply --server-side -f web.yaml\n", "cat <<'EOF'\na\nEOF"] {
            assert_eq!(text_of(line), None, "{line}");
        }
    }
}
