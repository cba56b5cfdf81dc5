//! Console input: when is it whole, and how a text becomes a here-document.

/// The closing word of an unfinished here-document, if the input waits for one.
pub fn open_word(input: &str) -> Option<String> {
    let first = input.lines().next()?;
    let at = first.find("<<")?;
    let rest = first[at + 2..].trim_start_matches('-').trim_start();
    let word: String = rest
        .trim_start_matches(['\'', '"'])
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let closed = word.is_empty() || input.lines().skip(1).any(|line| line.trim_start_matches('\t') == word);
    (!closed).then_some(word)
}

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

    #[test]
    fn waits_for_the_closing_word() {
        for (input, expect) in [
            ("kubectl get pods", None),
            ("kubectl apply -f - <<EOF", Some("EOF")),
            ("kubectl apply -f - <<'EOF'\nkind: Pod", Some("EOF")),
            ("kubectl apply -f - <<-END\nkind: Pod\n\tEND", None),
            ("kubectl apply -f - <<EOF\nkind: Pod\nEOF\n", None),
            ("echo <<", None),
            ("", None),
        ] {
            assert_eq!(open_word(input).as_deref(), expect, "{input}");
        }
    }

    #[test]
    fn applied_text_is_whole() {
        let line = apply_line("a: 1\nEOF\n");
        assert_eq!(line, "kubectl apply -f - <<'EOF_'\na: 1\nEOF\nEOF_");
        assert_eq!(open_word(&line), None);
    }
}
