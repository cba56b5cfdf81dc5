//! What Markdown becomes, and what can't get through it.

use wire::learner::Lang;

use crate::markdown::fragment;

#[test]
fn markdown_to_html() {
    let cases = [
        ("a **b** *c* `d<e`", "<p>a <b>b</b> <em>c</em> <code>d&lt;e</code></p>\n"),
        ("- a\n- b", "<ul class=\"list\">\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("- a\n\n- b", "<ul class=\"list\">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n"),
        (
            "[a](https://example.org/?x=\"&y)",
            "<p><a href=\"https://example.org/?x=&quot;&amp;y\">a</a></p>\n",
        ),
        ("[a](../22-y/lesson.en.md#b)", "<p><a href=\"/en/lessons/22-y#b\">a</a></p>\n"),
        ("[a](lesson.ko.md)", "<p><a href=\"/ko/lessons/21-x\">a</a></p>\n"),
        ("[a](#b)", "<p><a href=\"#b\">a</a></p>\n"),
        ("[a](javascript:alert(1))", "<p>a</p>\n"),
        ("[a](JaVaScRiPt:alert(1))", "<p>a</p>\n"),
        ("[a](data:text/html,x)", "<p>a</p>\n"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"),
        ("a <img src=x onerror=y>", "<p>a &lt;img src=x onerror=y&gt;</p>\n"),
        (
            "![a \"b\"](c.svg)",
            "<p><img src=\"/lessons/21-x/c.svg\" alt=\"a &quot;b&quot;\" loading=\"lazy\"></p>\n",
        ),
        (
            "```sh\"x\na<b\n```",
            "<pre tabindex=\"0\"><code class=\"language-sh&quot;x\">a&lt;b\n</code></pre>\n",
        ),
        (
            "|a|b|\n|-|-|\n|1|2|\n|3|4|",
            "<table class=\"plain-table\">\n<thead><tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr></thead>\n\
             <tbody>\n<tr><td>1</td><td>2</td></tr>\n<tr><td>3</td><td>4</td></tr>\n</tbody></table>\n",
        ),
        ("> [!NOTE]\n> a", "<div class=\"callout\"><b>Note</b><p>a</p>\n</div>\n"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
    ];
    for (markdown, expect) in cases {
        assert_eq!(fragment(markdown, Lang::En, "21-x"), expect, "{markdown}");
    }
}
