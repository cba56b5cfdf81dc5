//! What was wrong with what somebody sent: what is, what was expected, how to mend it.

use wire::learner::Lang;

/// Shortest password, characters.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Longest password, bytes: hashing is work.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Longest name, characters.
pub const NAME_CHARS_MAX: usize = 40;

/// Why it was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfficeFault {
    /// Not a name.
    NameShape,
    /// Somebody else's name.
    NameTaken,
    /// Nobody has this name.
    NoSuchName(String),
    /// Too short, or too long.
    PasswordLength,
    /// Among the first that others would try.
    PasswordEasy,
    /// Name and password do not go together.
    WrongPassword,
    /// Too often; try again after so many seconds.
    TooOften(u64),
    /// The key was used, or its time is over.
    KeySpent,
    /// No class has this code.
    NoSuchCode(String),
    /// It has not begun.
    ClassNotYet,
    /// It is over.
    ClassOver,
    /// Not two dates, the first before the second.
    Dates,
    /// It would be without an admin.
    LastAdmin,
    /// It would be without an instructor.
    LastInstructor,
    /// Only who has an account.
    NeedsAccount,
    /// Not theirs to see or do; for classes and attempts it looks as if there were none.
    NotYours,
    /// The form was sent from another site.
    Foreign,
    /// What was sent cannot be read.
    Unreadable,
    /// The name that was typed to confirm is another one.
    NotConfirmed,
}

impl OfficeFault {
    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            OfficeFault::WrongPassword | OfficeFault::NeedsAccount => 401,
            OfficeFault::Foreign => 403,
            OfficeFault::NotYours | OfficeFault::NoSuchCode(_) | OfficeFault::KeySpent => 404,
            OfficeFault::NameTaken | OfficeFault::LastAdmin | OfficeFault::LastInstructor => 409,
            OfficeFault::TooOften(_) => 429,
            _ => 422,
        }
    }

    /// In words.
    pub fn say(&self, lang: Lang) -> String {
        match lang {
            Lang::Ko => self.korean(),
            Lang::En => self.english(),
        }
    }

    fn korean(&self) -> String {
        match self {
            OfficeFault::NameShape => format!(
                "이름은 1자에서 {NAME_CHARS_MAX}자까지, 글자와 숫자, 빈칸, 점, 밑줄, 붙임표로 적어 주세요. 다른 글자를 빼고 다시 보내 주세요."
            ),
            OfficeFault::NameTaken => "이미 쓰고 있는 이름이에요. 다른 이름을 적어 주세요.".into(),
            OfficeFault::NoSuchName(name) => {
                format!("{name}: 이런 이름의 계정이 없어요. 계정 이름을 그대로 적었는지 봐 주세요.")
            }
            OfficeFault::PasswordLength => {
                format!(
                    "암호는 {PASSWORD_CHARS_MIN}자부터 {PASSWORD_BYTES_MAX}바이트까지예요. 긴 문장이면 좋아요."
                )
            }
            OfficeFault::PasswordEasy => {
                "남이 금방 맞힐 수 있는 암호예요. 낱말을 몇 개 더 이어 붙여 보세요.".into()
            }
            OfficeFault::WrongPassword => "이름과 암호가 서로 맞지 않아요. 둘 다 다시 봐 주세요.".into(),
            OfficeFault::TooOften(s) => format!("너무 자주 시도했어요. {s}초 뒤에 다시 해 주세요."),
            OfficeFault::KeySpent => {
                "이 링크는 이미 썼거나 기한이 지났어요. 운영자에게 새 링크를 받아 주세요.".into()
            }
            OfficeFault::NoSuchCode(code) => {
                format!("{code}: 이 코드의 반이 없어요. 여섯 글자를 다시 봐 주세요.")
            }
            OfficeFault::ClassNotYet => "아직 시작하지 않은 반이에요. 시작하는 날 다시 와 주세요.".into(),
            OfficeFault::ClassOver => "끝난 반이에요. 강사에게 물어봐 주세요.".into(),
            OfficeFault::Dates => "시작과 끝 날짜가 모두 있어야 하고, 시작이 끝보다 앞서야 해요.".into(),
            OfficeFault::LastAdmin => "마지막 관리자예요. 먼저 다른 사람을 관리자로 정해 주세요.".into(),
            OfficeFault::LastInstructor => "이 반의 마지막 강사예요. 먼저 다른 강사를 넣어 주세요.".into(),
            OfficeFault::NeedsAccount => "계정이 있어야 할 수 있어요. 먼저 들어와 주세요.".into(),
            OfficeFault::NotYours => "여기에는 볼 수 있는 것이 없어요. 주소를 다시 봐 주세요.".into(),
            OfficeFault::Foreign => {
                "다른 사이트에서 보낸 요청이라 받지 않았어요. 이 페이지의 단추로 다시 해 주세요.".into()
            }
            OfficeFault::Unreadable => "보낸 내용을 읽지 못했어요. 페이지를 새로 열고 다시 해 주세요.".into(),
            OfficeFault::NotConfirmed => {
                "확인하려고 적은 이름이 계정 이름과 달라요. 아무것도 지우지 않았어요.".into()
            }
        }
    }

    fn english(&self) -> String {
        match self {
            OfficeFault::NameShape => format!(
                "A name has 1 to {NAME_CHARS_MAX} letters, digits, spaces, dots, underscores or hyphens. Leave out the rest and send it again."
            ),
            OfficeFault::NameTaken => "That name is somebody else's. Choose another.".into(),
            OfficeFault::NoSuchName(name) => {
                format!("No account is called {name}. Is it spelled as its owner spells it?")
            }
            OfficeFault::PasswordLength => format!(
                "A password has at least {PASSWORD_CHARS_MIN} characters and at most {PASSWORD_BYTES_MAX} bytes. A long sentence is fine."
            ),
            OfficeFault::PasswordEasy => {
                "That password is among those that others would try soon. Add a few more words.".into()
            }
            OfficeFault::WrongPassword => "Name and password do not go together. Look at both again.".into(),
            OfficeFault::TooOften(s) => format!("Too many tries. Try again in {s} s."),
            OfficeFault::KeySpent => {
                "This link was used already, or its time is over. Ask whoever runs the server for a new one."
                    .into()
            }
            OfficeFault::NoSuchCode(code) => {
                format!("No class has the code {code}. Look at its six characters again.")
            }
            OfficeFault::ClassNotYet => "This class has not begun. Come back on its first day.".into(),
            OfficeFault::ClassOver => "This class is over. Ask its instructor.".into(),
            OfficeFault::Dates => "A class needs a first and a last day, the first before the last.".into(),
            OfficeFault::LastAdmin => "This is the last admin. Make somebody else an admin first.".into(),
            OfficeFault::LastInstructor => {
                "This is the class's last instructor. Add another one first.".into()
            }
            OfficeFault::NeedsAccount => "This needs an account. Sign in first.".into(),
            OfficeFault::NotYours => {
                "There is nothing here for you to see. Look at the address again.".into()
            }
            OfficeFault::Foreign => {
                "This came from another site, so it was not done. Use the button on this page.".into()
            }
            OfficeFault::Unreadable => {
                "What was sent could not be read. Open the page anew and try again.".into()
            }
            OfficeFault::NotConfirmed => {
                "The name that was typed to confirm is not the account's. Nothing was deleted.".into()
            }
        }
    }
}
