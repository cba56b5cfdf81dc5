//! Korean particles, chosen by the sound of the last syllable.
//!
//! Hangul carries its final consonant in its code point; digits are read in Sino-Korean; Latin is read letter
//! by letter when it looks like a code (`t8d2r`, `node-c`), else as an English word (`web`, `Deployment`).

/// How a word ends when it is read aloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Vowel,
    /// The consonant ㄹ, after which (으)로 stays 로.
    Rieul,
    Consonant,
}

fn ending(word: &str) -> Ending {
    let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    match word.chars().last() {
        Some(c @ '가'..='힣') => match (c as u32 - '가' as u32) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        Some('1' | '7' | '8') => Ending::Rieul,
        Some('0' | '3' | '6') => Ending::Consonant,
        Some(c) if c.is_ascii_alphabetic() => latin(word),
        _ => Ending::Vowel,
    }
}

fn latin(word: &str) -> Ending {
    let start = word.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |i| i + 1);
    let last = word[start..].to_ascii_lowercase();
    let vowel = |c: u8| matches!(c, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let b = last.as_bytes();
    let (end, before) = (b[b.len() - 1], b.len().checked_sub(2).map(|i| b[i]));
    let spelled = b.len() == 1 || b.iter().any(u8::is_ascii_digit) || !b.iter().copied().any(vowel);
    if spelled {
        return match end {
            b'l' => Ending::Rieul,
            b'm' | b'n' => Ending::Consonant,
            _ => Ending::Vowel,
        };
    }
    match (before, end) {
        (_, b'l') => Ending::Rieul,
        (_, b'm' | b'n') | (Some(b'n'), b'g') => Ending::Consonant,
        (Some(p), b'k' | b'p' | b't' | b'c' | b'b') if vowel(p) => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

fn with(word: &str, consonant: &str, vowel: &str) -> String {
    let particle = if ending(word) == Ending::Vowel { vowel } else { consonant };
    format!("{word}{particle}")
}

/// 은/는.
pub fn eun(word: &str) -> String {
    with(word, "은", "는")
}
/// 이/가.
pub fn i(word: &str) -> String {
    with(word, "이", "가")
}
/// 을/를.
pub fn eul(word: &str) -> String {
    with(word, "을", "를")
}
/// 과/와.
pub fn gwa(word: &str) -> String {
    with(word, "과", "와")
}
/// 예요/이에요.
pub fn yeyo(word: &str) -> String {
    with(word, "이에요", "예요")
}
/// (으)로.
pub fn ro(word: &str) -> String {
    let particle = if ending(word) == Ending::Consonant { "으로" } else { "로" };
    format!("{word}{particle}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, topic: &str, direction: &str) {
        assert_eq!(eun(word), format!("{word}{topic}"), "{word}");
        assert_eq!(ro(word), format!("{word}{direction}"), "{word}");
    }

    #[test]
    fn particles_follow_the_last_sound() {
        for (word, topic, direction) in [
            ("노드", "는", "로"),
            ("서울", "은", "로"),
            ("이벤트 객체들", "은", "로"),
            ("콘솔", "은", "로"),
            ("이름", "은", "으로"),
            ("web", "은", "으로"),
            ("shop", "은", "으로"),
            ("ReplicaSet", "은", "으로"),
            ("Deployment", "는", "로"),
            ("Service", "는", "로"),
            ("kubelet", "은", "으로"),
            ("label", "은", "로"),
            ("node-a", "는", "로"),
            ("node-n", "은", "으로"),
            ("node-l", "은", "로"),
            ("node-10", "은", "으로"),
            ("node-2", "는", "로"),
            ("t8d2r", "는", "로"),
            ("web-6c9d", "는", "로"),
            ("k5xnz", "는", "로"),
            ("xkcvm", "은", "으로"),
            ("4", "는", "로"),
            ("6", "은", "으로"),
            ("7", "은", "로"),
            ("`node-c`", "는", "로"),
            ("", "는", "로"),
        ] {
            check(word, topic, direction);
        }
    }

    #[test]
    fn the_other_pairs() {
        let all = [i("web"), i("node-c"), eul("t8d2r"), eul("콘솔"), yeyo("나"), yeyo("2-B"), yeyo("이름")];
        assert_eq!(all, ["web이", "node-c가", "t8d2r를", "콘솔을", "나예요", "2-B예요", "이름이에요"]);
    }
}
