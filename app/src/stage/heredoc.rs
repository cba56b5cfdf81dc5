//! How a text becomes a here-document.

/// The command line that applies `yaml`; its closing word does not occur in the text.
pub fn apply_line(yaml: &str) -> String {
    let mut word = "EOF".to_owned();
    while yaml.lines().any(|line| line.trim() == word) {
        word.push('_');
    }
    format!("kubectl apply -f - <<'{word}'\n{}\n{word}", yaml.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::terminal::whole::open;

    #[test]
    fn applied_text_is_whole() {
        let line = apply_line("a: 1\nEOF\n");
        assert_eq!(line, "kubectl apply -f - <<'EOF_'\na: 1\nEOF\nEOF_");
        assert_eq!(open(&line), None);
    }
}
