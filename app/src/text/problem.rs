//! Problems: what is, what was expected, how to mend it.

use wire::problem::Problem;

use super::{Lang, pick};
use crate::fault::Fault;

/// One or two sentences for a learner.
pub fn fault(lang: Lang, fault: &Fault) -> String {
    match fault {
        Fault::Problem(problem) => of_problem(lang, problem),
        Fault::Unreachable => pick(
            lang,
            "서버에 닿지 못했어요. 연결을 확인하고 다시 해 보세요. 바뀐 것은 없어요.",
            "The server could not be reached. Check the connection and try again. Nothing was changed.",
        )
        .into(),
        Fault::BadRequest => pick(
            lang,
            "보낸 내용을 읽지 못했어요. 쪽을 다시 열고 해 보세요.",
            "The request could not be read. Open the page again and retry.",
        )
        .into(),
    }
}

fn of_problem(lang: Lang, problem: &Problem) -> String {
    match (lang, problem) {
        (Lang::Ko, Problem::NoSuchLesson { slug }) => {
            format!("‘{slug}’라는 과는 없어요. 항로에서 있는 과를 골라 보세요.")
        }
        (Lang::En, Problem::NoSuchLesson { slug }) => {
            format!("There is no lesson “{slug}”. Choose one from the course map.")
        }
        (Lang::Ko, Problem::NoSuchSandbox) => {
            "이 클러스터를 찾지 못했어요. 쪽을 다시 열면 내 클러스터로 이어져요.".into()
        }
        (Lang::En, Problem::NoSuchSandbox) => {
            "This cluster was not found. Open the page again to get to yours.".into()
        }
        (Lang::Ko, Problem::NoLearner) => {
            "이 브라우저의 학습 기록을 찾지 못해서 아무것도 바꾸지 않았어요. 쿠키가 지워졌다면 전에 쓰던 클러스터로는 돌아갈 수 없어요. 쪽을 다시 열어 새로 시작해요.".into()
        }
        (Lang::En, Problem::NoLearner) => {
            "No learner was found for this browser, so nothing was changed. If its cookie was deleted, there is no way back to the earlier cluster. Open the page again to start anew.".into()
        }
        (Lang::Ko, Problem::NoSuchAct { id }) => format!("이 실험에는 ‘{id}’ 조작이 없어요. 쪽을 다시 열어 보세요."),
        (Lang::En, Problem::NoSuchAct { id }) => {
            format!("This experiment has no act “{id}”. Open the page again.")
        }
        (Lang::Ko, Problem::BadPrediction { .. }) => {
            "이 예측은 잠글 수 없어요. 보기에서 하나를 고르고, 이미 잠갔다면 그대로 이어 가요.".into()
        }
        (Lang::En, Problem::BadPrediction { .. }) => {
            "This prediction cannot be locked. Choose one of the answers; one that is already locked stays.".into()
        }
        (Lang::Ko, Problem::Cluster { message }) => format!("클러스터가 거절했어요: {message}"),
        (Lang::En, Problem::Cluster { message }) => format!("The cluster refused: {message}"),
        (Lang::Ko, Problem::TooLarge { bytes_max }) => {
            format!("입력이 너무 커요. {} KiB까지 보낼 수 있어요.", bytes_max / 1024)
        }
        (Lang::En, Problem::TooLarge { bytes_max }) => {
            format!("The input is too large. At most {} KiB can be sent.", bytes_max / 1024)
        }
        (Lang::Ko, Problem::NotSaved) => {
            "지금은 저장할 수 없어서 아무것도 바꾸지 않았어요. 잠시 뒤에 다시 해 보세요.".into()
        }
        (Lang::En, Problem::NotSaved) => {
            "It could not be saved, so nothing was changed. Try again in a moment.".into()
        }
        (Lang::Ko, Problem::Unavailable) => {
            "지금은 데이터베이스가 답하지 않아요. 한 일은 그대로 있으니 잠시 뒤에 다시 열어 보세요.".into()
        }
        (Lang::En, Problem::Unavailable) => {
            "The database does not answer now. What you did is kept; open the page again in a moment.".into()
        }
        (Lang::Ko, Problem::Busy) => "요청이 너무 잦아요. 잠시 뒤에 다시 해 보세요.".into(),
        (Lang::En, Problem::Busy) => "Too many requests. Try again in a moment.".into(),
        (Lang::Ko, Problem::Internal { id }) => {
            format!("우리 쪽에서 잘못됐어요. 다시 해도 그러면 이 번호를 알려 주세요: {id}.")
        }
        (Lang::En, Problem::Internal { id }) => {
            format!("Something went wrong on our side. If it happens again, report number {id}.")
        }
    }
}
