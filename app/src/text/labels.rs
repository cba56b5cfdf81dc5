//! Labels that never change: name, Korean, English.

use super::Lang;

macro_rules! labels {
    ($($name:ident: $ko:literal, $en:literal;)*) => {
        $(pub fn $name(lang: Lang) -> &'static str {
            match lang { Lang::Ko => $ko, Lang::En => $en }
        })*
    };
}

labels! {
    brand: "조타실", "Pilothouse";
    brand_home: "조타실 처음으로", "Pilothouse home";
    skip: "본문으로 건너뛰기", "Skip to content";
    here: "현재 위치", "Breadcrumb";
    course: "내 항로", "My course";
    account: "내 계정과 반", "Account and classes";
    theme: "화면 밝기", "Theme";
    theme_auto: "기기 설정", "System";
    theme_light: "밝게", "Light";
    theme_dark: "어둡게", "Dark";
    theme_keep: "밝기 저장하기", "Keep this theme";
    language: "언어", "Language";
    saved: "저장됨", "Saved";
    reconnecting: "다시 연결하는 중", "Reconnecting";
    close: "닫기", "Close";

    resume: "멈춘 곳", "Where you stopped";
    map: "항로", "Course map";
    map_key: "표시", "Key";
    stop_done: "마침", "Done";
    stop_now: "지금", "Now";
    stop_ahead: "아직", "Not yet";
    welcome: "클러스터를 직접 몰아 보며 배워요", "Learn by steering a cluster of your own";
    welcome_more: "실험마다 나만의 쿠버네티스 클러스터가 하나씩 생겨요. 마음껏 고장 내 보세요.",
        "Every experiment gives you a Kubernetes cluster of your own. Break it as often as you like.";

    fidelity: "얼마나 진짜 같은가", "How true the cluster is";
    fidelity_link: "이 클러스터는 얼마나 진짜 같을까요?", "How true is this cluster?";
    fidelity_agreement: "진짜와 같은 답", "The same answers";
    fidelity_scenario: "시나리오", "Scenario";
    fidelity_steps: "단계", "Steps";
    fidelity_agree: "같음", "Agree";
    fidelity_all: "모두", "all";
    fidelity_departures: "다르게 답하는 단계", "Steps with another answer";
    fidelity_departures_how: "무엇이 왜 다른지 한 단계씩 적었어요.", "What differs, step by step, and why.";
    fidelity_step: "단계", "Step";
    fidelity_what: "명령이나 요청", "Command or request";
    fidelity_why: "까닭", "Why";
    fidelity_omitted: "빠진 것", "What is left out";
    fidelity_omitted_how: "모형의 부분마다 흉내 내지 않는 것이에요.", "What each part of the model does not imitate.";
    fidelity_part: "부분", "Part";
    fidelity_left_out: "빠진 것", "Left out";

    lesson_nav: "이 과의 차례", "In this lesson";
    predict: "예측", "Predict";
    lock_prediction: "예측 잠그기", "Lock the prediction";
    act: "조작", "Act";
    act_first_predict: "예측을 잠그면 할 수 있어요.", "Lock a prediction first.";
    same_command: "같은 명령", "same as";
    observe: "관찰", "Observe";
    observe_wait: "조작하면 여기에서 확인해요.", "The checks start when you act.";
    explain: "설명", "Explain";
    explain_todo: "조작한 뒤에 실제로 일어난 순서가 여기에 그려져요.", "After you act, what really happened is drawn here.";
    explain_growing: "실제로 일어난 순서예요. 지금도 이어지고 있어요", "what actually happened, still growing";
    explain_done: "실제로 일어난 순서예요", "what actually happened";
    right: "예측이 맞았어요.", "Your prediction was right.";
    wrong: "예측과 다르게 흘러갔어요. 위의 순서에서 갈라진 곳을 찾아보세요.",
        "It went another way than predicted. Find the step above where the two part.";
    reset_experiment: "이 실험 처음부터", "Restart";
    on_stage: "무대에 올리기", "Put on the stage";
    hint_open: "힌트 보기", "Show a hint";

    transfer: "옮겨 보기", "Transfer";
    transfer_how: "새 씨앗으로 한 번 더 돌려서 답을 정해요", "a run on a fresh seed decides";
    transfer_due: "다시 볼 때가 됐어요. 새 씨앗으로 돌려서 답을 정해요", "time to look again; a run on a fresh seed decides";
    review: "다시 볼 질문", "Due for review";
    transfer_ask: "답을 잠그고 돌려 보기", "Lock the answer and run it";
    transfer_true: "실제로 일어난 일", "what happened";
    transfer_right: "새 실행에서도 그렇게 됐어요.", "The new run went that way.";
    transfer_wrong: "새 실행은 다르게 흘러갔어요. 표시한 쪽이 실제로 일어난 일이에요.", "The new run went another way: the marked one.";
    show_me: "시범 보기", "Show me";
    runs: "시도 목록", "Runs";
    run_name: "이 시도의 이름", "Name of this run";
    run_rename: "이름 바꾸기", "Rename";
    try_from_here: "여기서 다시 해 보기", "Try again from here";

    stage: "무대", "Stage";
    my_cluster: "내 클러스터", "My cluster";
    legend: "상태 읽는 법", "Reading the states";
    reset: "처음으로", "Reset";
    wide: "넓게 보기", "Wide view";
    stage_open: "무대 보기", "Open the stage";
    stage_open_box: "무대 펼치기", "Open the stage";
    stage_close: "글로 돌아가기", "Back to the text";
    want_strip: "원하는 상태와 실제 상태", "Desired and actual state";
    desired: "원하는 수", "Desired";
    ready_count: "준비된 수", "Ready";
    traffic: "사용자 요청", "User requests";
    traffic_set: "이만큼 보내기", "Set the rate";
    no_traffic: "사용자 요청이 없어요", "No user requests";
    receiving: "받는 파드", "Serving pods";
    served: "응답", "Served";
    errors: "오류", "Errors";
    control_plane: "컨트롤 플레인", "Control plane";
    node_ready: "Ready", "Ready";
    node_not_ready: "NotReady", "NotReady";
    node_lost: "연락 끊김", "No contact";
    cordoned: "새 파드 안 받음", "Cordoned";
    unplug: "플러그 뽑기", "Pull the plug";
    plug: "다시 꽂기", "Plug back in";
    kill: "컨테이너 죽이기", "Kill the container";
    live_only: "지난 순간을 보는 중이라 조작할 수 없어요. 라이브로 돌아오면 할 수 있어요.",
        "You are looking at the past. Go live to act.";
    no_nodes: "아직 노드가 없어요.", "There are no nodes yet.";

    time: "시간", "Time";
    prev_mark: "이전 사건으로", "Previous event";
    next_mark: "다음 사건으로", "Next event";
    play: "재생", "Play";
    pause: "멈춤", "Pause";
    speed: "시간 빠르기", "Speed";
    virtual_time: "가상 시각", "virtual time";
    live: "라이브", "Live";
    go_live: "라이브로", "Go live";
    scrub: "시각 이동", "Move in time";

    tools: "도구", "Tools";
    console: "콘솔", "Console";
    events: "이벤트", "Events";
    objects: "객체", "Objects";
    to_console: "콘솔로", "Console:";
    console_line: "명령 입력", "Command";
    console_run: "실행", "Run";
    console_empty: "kubectl과 lab 명령을 쓸 수 있어요. 예: kubectl get pods -o wide",
        "Use kubectl and lab here, for example: kubectl get pods -o wide";
    own_kubectl: "kubeconfig 내려받기", "Download the kubeconfig";
    own_kubectl_how: "내 터미널에서도 같은 클러스터를 다뤄요: kubectl --kubeconfig pilothouse.kubeconfig get pods",
        "and steer this cluster from your own terminal: kubectl --kubeconfig pilothouse.kubeconfig get pods";
    console_log: "콘솔 기록", "Console log";
    edit_save: "저장하기", "Save";
    edit_leave: "그대로 두기", "Leave it";
    runs_while_paused: "시간이 멈춰 있어서 기다리는 명령은 끝나지 않아요. 재생하면 이어져요.",
        "Time stands still, so a command that waits does not end. Play lets it go on.";
    stop_line: "멈추기", "Stop";
    console_keys: "Enter로 실행하고, Tab으로 채우고, 위아래 화살표로 지난 명령을 불러요. Ctrl-C로 멈추고 Esc로 나가요.",
        "Enter runs, Tab completes, Up and Down recall lines. Ctrl-C stops, Esc leaves.";
    candidates: "이어질 수 있는 말", "What may follow";
    quote_more: "따옴표가 열려 있어요.", "A quote is open.";
    line_more: "아직 이어지는 줄이에요.", "The line goes on.";
    console_done: "끝났고 출력은 없어요", "Done, no output";
    here_doc_more: "여러 줄을 받는 중이에요. 끝맺는 줄까지 적고 Enter를 누르세요.",
        "Reading several lines. Type the closing line, then press Enter.";
    filter: "걸러 보기", "Filter";
    col_time: "시각", "Time";
    col_type: "종류", "Type";
    col_reason: "이유", "Reason";
    col_object: "객체", "Object";
    col_message: "내용", "Message";
    col_kind: "종류", "Kind";
    col_name: "이름", "Name";
    col_created: "만든 시각", "Created";
    col_who: "누가", "Who";
    col_changed: "바뀐 것", "What changed";
    all_objects: "모든 객체", "All objects";
    was_created: "만듦", "Created";
    was_deleted: "지움", "Deleted";
    same_but_owners: "값은 그대로이고, 누구의 필드인지만 바뀌었어요.", "No value changed, only who owns the fields.";
    no_history: "클러스터가 이 객체에 대해 기억하는 것이 없어요.", "The cluster remembers nothing of this object.";
    history_cut: "더 오래된 변경은 줄였어요.", "Older changes are left out.";
    go_there: "이 순간으로 가기", "Go to this moment";
    gap_waits: "파드는 다 있고, 아직 준비되지 않았어요", "All pods are there, and not ready yet";
    none_found: "해당하는 것이 없어요.", "Nothing matches.";
    loading: "불러오는 중", "Loading";

    keys: "키보드", "Keyboard";
    keys_more: "무대 안에 초점이 있을 때만 작동해요.", "These work while focus is in the stage.";
    keys_on: "한 글자 단축키 쓰기", "Use single-key shortcuts";
    key_space: "재생, 멈춤", "play, pause";
    key_marks: "이전, 다음 사건", "previous, next event";
    key_arrows: "타임라인에서 1초, Shift와 함께 10초", "on the timeline 1 s; with Shift 10 s";
    key_ends: "처음, 라이브", "start, live";
    key_speed: "×1, ×5, ×20, ×60", "×1, ×5, ×20, ×60";
    key_live: "라이브", "live";
    key_canvas: "그림에서 노드와 파드 사이 이동", "in the picture: move between nodes and pods";
    key_kill: "파드의 컨테이너 죽이기", "kill the pod's container";
    key_plug: "노드의 플러그 뽑기, 꽂기", "unplug the node, or plug it in";
    key_repeat: "설명 다시 듣기", "repeat the narration";
    key_console: "콘솔. Esc로 돌아와요", "console; Esc returns";
    key_list: "이 목록", "this list";

    col_picture: "그림", "Picture";
    marks_key: "시간 표시", "Marks";
    mark_you: "내가 한 일", "you";
    mark_controller: "컨트롤러", "controller";
    mark_worse: "나빠짐", "worse";
    mark_better: "좋아짐", "better";

    missing_title: "이 주소에는 아무것도 없어요", "There is nothing at this address";
    missing_more: "주소를 잘못 적었거나 옮겨진 쪽일 수 있어요.", "The address may be mistyped, or the page may have moved.";
    broken_title: "쪽을 열지 못했어요", "The page could not be opened";
    to_home: "처음으로 가기", "Go to the start";
    try_again: "다시 열기", "Try again";
}

pub(super) use labels;
