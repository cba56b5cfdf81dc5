//! Passwords: what is taken for one, and how it is kept (argon2id).

use app::office::{OfficeFault, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN};
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::sync::Semaphore;

/// Hashing takes 19 MiB and some 30 ms of a core: no more than this many at once.
static HASHING: Semaphore = Semaphore::const_new(2);
/// Guesses of an attacker below which a password is too easy (zxcvbn's measure of 0 to 4).
const SCORE_MIN: zxcvbn::Score = zxcvbn::Score::Three;

/// A name of fewer characters is part of many words.
const NAME_CHARS_MIN: usize = 3;

/// Is this good enough for the account `name`?
///
/// # Errors
/// What is wrong with it.
pub fn accept(password: &str, name: &str) -> Result<(), OfficeFault> {
    if password.chars().count() < PASSWORD_CHARS_MIN || password.len() > PASSWORD_BYTES_MAX {
        return Err(OfficeFault::PasswordLength);
    }
    let name = name.to_lowercase();
    let rest = password.to_lowercase().replace(&name, "");
    if name.chars().count() >= NAME_CHARS_MIN && rest.chars().count() < PASSWORD_CHARS_MIN / 2 {
        return Err(OfficeFault::PasswordEasy);
    }
    // beyond this length guessing does not get easier, and estimating gets slow
    let start: String = password.chars().take(100).collect();
    if zxcvbn::zxcvbn(&start, &[&name, "pilothouse", "조타실"]).score() < SCORE_MIN {
        return Err(OfficeFault::PasswordEasy);
    }
    Ok(())
}

/// What is kept of a password.
///
/// # Errors
/// When the operating system has no randomness.
pub async fn hash(password: String) -> anyhow::Result<String> {
    let _turn = HASHING.acquire().await?;
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    });
    hashed.await?.map_err(|e| anyhow::anyhow!("argon2: {e}"))
}

/// Is this the password that is kept? Takes as long where none is kept.
pub async fn is_right(password: String, kept: String) -> bool {
    let Ok(_turn) = HASHING.acquire().await else { return false };
    let checked = tokio::task::spawn_blocking(move || match PasswordHash::new(&kept) {
        Ok(hash) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
        Err(_) => {
            let _ = Argon2::default().hash_password(password.as_bytes());
            false
        }
    });
    checked.await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easy_passwords_are_refused() {
        for (password, expect) in [
            ("short", Err(OfficeFault::PasswordLength)),
            ("password123", Err(OfficeFault::PasswordEasy)),
            ("qwertyuiop", Err(OfficeFault::PasswordEasy)),
            ("minseo minseo", Err(OfficeFault::PasswordEasy)),
            ("correct horse battery staple", Ok(())),
            ("배가 항구를 떠나던 아침", Ok(())),
            (&"x".repeat(PASSWORD_BYTES_MAX + 1), Err(OfficeFault::PasswordLength)),
        ] {
            assert_eq!(accept(password, "minseo"), expect, "{password}");
        }
    }

    #[tokio::test]
    async fn what_is_kept_is_argon2id_and_tells_right_from_wrong() {
        let kept = hash("correct horse".into()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(is_right("correct horse".into(), kept.clone()).await);
        assert!(!is_right("correct house".into(), kept).await);
        assert!(!is_right("anything".into(), String::new()).await);
    }
}
