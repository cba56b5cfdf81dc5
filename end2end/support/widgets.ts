// The words of the widgets that their tests look for, in each language.
import { LESSON, type Lang } from "./words.js";

export const widget = (lang: Lang, id: string) => `/${lang}/lessons/${LESSON}/${id}`;

export const WIDGETS = {
  ko: {
    advisor: {
      title: "우리 팀이라면 들여올까요",
      notKnown: "아직 몰라요.",
      compose: "지금은 Compose면 충분해요.",
      kubernetes: "쿠버네티스가 이득이에요.",
      onCall: "당번을 서는 사람",
      services: "함께 돌리는 서비스",
      unknown: "모름",
      show: "이 답으로 보기",
      link: "이 답의 주소",
      managed: "컨트롤 플레인은",
      notSure: "몰라요",
    },
    sort: {
      title: "명령일까요, 바람일까요",
      command: "명령",
      wish: "바람",
      first: "이 앱을 2번 서버에 배포해 주세요.",
      second: "결제 서버는 늘 3개가 살아 있어야 해요.",
      yes: "네, 명령이에요.",
      again: "다시 보면 바람이에요.",
      score: (sorted: number, right: number) => `10개 가운데 ${sorted}개 나눔, ${right}개 맞음`,
      show: "이유 보기",
      end: "명령은 끝나면 사라지고",
    },
    race: {
      title: "같은 고장, 두 세계",
      run: "두 세계에 돌리기",
      script: "고장 대본",
      even: "비슷",
      kubernetes: "쿠버네티스",
      chart: /실패한 요청 누적\. 13:00까지 Compose [\d,]+건, 쿠버네티스 [\d,]+건\./,
      table: "표로 보기",
      verdicts: ["Compose", "비슷해요", "쿠버네티스", "쿠버네티스", "쿠버네티스", "쿠버네티스"],
      right: "6줄 가운데 6줄이 맞았어요",
      noVerb: "1번째 줄 ‘00:10 explode’: 모르는 말이에요.",
      even_: "비슷해요",
    },
    placing: { title: "스케줄러가 되어 보세요", result: "결과", without: "D, E, F, G, H는 갈 곳 없음", wait: "기다리게 두기" },
  },
  en: {
    advisor: {
      title: "Would it pay for your team?",
      notKnown: "Not yet known.",
      compose: "Compose is enough for now.",
      kubernetes: "Kubernetes pays.",
      onCall: "People on call",
      services: "Services that run together",
      unknown: "Not known",
      show: "Show the advice",
      link: "Link to these answers",
      managed: "The control plane is",
      notSure: "Not known",
    },
    sort: {
      title: "A command or a wish?",
      command: "Command",
      wish: "Wish",
      first: "Deploy this app to server two.",
      second: "Three payment servers must be alive at all times.",
      yes: "Yes, a command.",
      again: "Look again: a wish.",
      score: (sorted: number, right: number) => `${sorted} of 10 sorted, ${right} right`,
      show: "Show the reasons",
      end: "A command is gone once it is done.",
    },
    race: {
      title: "The same faults, two worlds",
      run: "Play it in both worlds",
      script: "The script of faults",
      even: "About even",
      kubernetes: "Kubernetes",
      chart: /Failed requests, added up\. By 13:00: Compose [\d,]+, Kubernetes [\d,]+\./,
      table: "As a table",
      verdicts: ["Compose", "About even", "Kubernetes", "Kubernetes", "Kubernetes", "Kubernetes"],
      right: "6 of 6 rows were right",
      noVerb: "Line 1, “00:10 explode”: There is no such word.",
      even_: "About even",
    },
    placing: { title: "Be the scheduler", result: "The result", without: "D, E, F, G, H on no node", wait: "Leave it waiting" },
  },
} as const;

/** The page does not scroll sideways at a phone's width. */
export const sidewaysPx = () => document.documentElement.scrollWidth - innerWidth;
