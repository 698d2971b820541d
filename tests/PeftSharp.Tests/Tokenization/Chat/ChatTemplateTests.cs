using System.Diagnostics;
using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

public sealed class ChatTemplateTests
{
    private static readonly ChatMessage[] Messages = [new("user", "Hi"), new("assistant", "Hello")];

    private readonly Tokenizer _tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));

    [Theory]
    [InlineData("{{ 'a' * 10000000000 }}")]
    [InlineData("{% set ns = namespace(x='aaaaaaaaaaaaaaaa') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x | tojson }}")]
    [InlineData("{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}"
        + "{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}")]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{{ 'x' * 1000 }}{% endfor %}{% endfor %}")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{{ '%1000000000d' % 1 }}")]
    [InlineData("{{ '{:1000000000}'.format(1) }}")]
    [InlineData("{{ 'x' | center(1000000000) }}")]
    [InlineData("{{ 'x' | indent(1000000000, true) }}")]
    [InlineData("{{ ('x' * 1000000).replace('', 'y' * 1000000) }}")]
    [InlineData("{{ [1] | tojson(indent=1000000000) }}")]
    [InlineData("{{ [1] | batch(1000000000, 0) | list | length }}")]
    [InlineData("{{ (['x' * 100000] * 100000) | join }}")]
    [InlineData("{% set s = 'é😀' * 1000000 %}{% for i in range(99999) %}{{ s[i] }}{% endfor %}")]
    [InlineData("{% set s = 'a' * 10000000 %}{% for i in range(99999) %}{% if s + 'x' in s %}{% endif %}{% endfor %}")]
    public void A_template_that_would_not_end_is_stopped(string template)
    {
        var time = Stopwatch.StartNew();
        var render = () => Render(template);
        render.Should().Throw<ChatTemplateException>().Which.Reason.Should().Be(ChatTemplateError.Limit);
        time.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Deep_nesting_in_a_template_is_refused()
    {
        foreach (var template in new[]
        {
            "{{ " + new string('(', 100000) + "1" + new string(')', 100000) + " }}",
            "{{ " + string.Concat(Enumerable.Repeat("not ", 100000)) + "1 }}",
            "{{ " + new string('-', 100000) + "1 }}",
            string.Concat(Enumerable.Repeat("{% if true %}", 100000)) + string.Concat(Enumerable.Repeat("{% endif %}", 100000)),
        })
        {
            var render = () => Render(template);
            render.Should().Throw<ChatTemplateException>().Which.Reason.Should().Be(ChatTemplateError.Limit);
        }
    }

    [Fact]
    public void Long_chains_of_operators_are_computed_or_refused_without_a_crash()
    {
        Assert.Equal("500", Render("{{ 0" + string.Concat(Enumerable.Repeat(" + 1", 500)) + " }}"));
        string[] links = [" + 1", " or 0", " and 1", " | int", ".x", "[0]", "()", " if 1 else 0", " ~ 1", " < 1", " is defined"];
        foreach (var link in links)
            _ = Record.Exception(() => Render("{{ 0" + string.Concat(Enumerable.Repeat(link, 20000)) + " }}"))
                is null or ChatTemplateException ? true : throw new InvalidOperationException(link);
    }

    [Theory]
    [InlineData("{% include 'a' %}", ChatTemplateError.Unsupported, 1, 4, "include")]
    [InlineData("a\nb {{ x | xmlattr }}", ChatTemplateError.Unsupported, 2, 10, "xmlattr")]
    [InlineData("{{ 'a'.encode() }}", ChatTemplateError.Unsupported, 1, 7, "encode")]
    [InlineData("{% if x %}\n{{ y.z }}{% endif %}{{ y.z }}", ChatTemplateError.Evaluation, 2, 25, "'y'")]
    [InlineData("{% for x in y %}", ChatTemplateError.Syntax, 1, 17, "for")]
    [InlineData("{{ 1 +* 2 }}", ChatTemplateError.Syntax, 1, 7, "'*'")]
    [InlineData("{{ [].append(1) }}", ChatTemplateError.Unsupported, 1, 13, "append")]
    [InlineData("{{ dict([[1, 2, 3]]) }}", ChatTemplateError.Evaluation, 1, 8, "list with 3 elements")]
    public void An_error_names_what_failed_and_where(string template, ChatTemplateError kind, int line, int column, string name)
    {
        var error = Assert.Throws<ChatTemplateException>(() => Render(template));
        Assert.Equal((kind, line, column), (error.Reason, error.Line, error.Column));
        error.Message.Should().Contain($"line {line}, column {column}").And.Contain(name);
    }

    [Fact]
    public void A_rejection_by_the_template_has_the_message_of_the_template()
    {
        var error = Assert.Throws<ChatTemplateException>(() => Render("{{ raise_exception('Only one ' ~ messages[0].role) }}"));
        Assert.Equal((ChatTemplateError.Raised, "Only one user"), (error.Reason, error.Message));
    }

    [Fact]
    public void Templates_of_a_folder_are_found_by_name_and_saved()
    {
        using var folder = new TemporaryFolder();
        _tokenizer.SavePretrained(folder.Path);
        File.WriteAllText(folder.File("tokenizer_config.json"), """
            {"tokenizer_class": "GPT2Tokenizer", "chat_template":
                [{"name": "default", "template": "d{{ messages|length }}"}, {"name": "tool_use", "template": "t{{ tools|length }}"}]}
            """);
        var tokenizer = AutoTokenizer.FromPretrained(folder.Path);
        foreach (var _ in new[] { "as read", "as saved" })
        {
            Assert.Equal("d2", tokenizer.RenderChatTemplate(Messages));
            Assert.Equal("t1", tokenizer.RenderChatTemplate(Messages, new() { Tools = [new JsonObject()] }));
            Assert.Equal("d2", tokenizer.RenderChatTemplate(Messages, new() { Tools = [new JsonObject()], ChatTemplate = "default" }));
            Assert.Equal("x", tokenizer.RenderChatTemplate(Messages, new() { ChatTemplate = "x" }));
            tokenizer.SavePretrained(folder.File("again"));
            tokenizer = AutoTokenizer.FromPretrained(folder.File("again"));
        }
        File.ReadAllText(folder.File("again/chat_template.jinja")).Should().Be("d{{ messages|length }}");
        File.Exists(folder.File("again/additional_chat_templates/tool_use.jinja")).Should().BeTrue();
        File.ReadAllText(folder.File("again/tokenizer_config.json")).Should().NotContain("chat_template");
        tokenizer.ChatTemplate = null;
        var render = () => tokenizer.RenderChatTemplate(Messages);
        render.Should().Throw<InvalidOperationException>().WithMessage("*tool_use*");
        File.WriteAllText(folder.File("chat_template.jinja"), "file");
        Assert.Equal("file", AutoTokenizer.FromPretrained(folder.Path).RenderChatTemplate(Messages));
    }

    [Fact]
    public void A_message_keeps_the_order_of_its_json()
    {
        var json = JsonNode.Parse("""{"name": "f", "content": [{"type": "text", "text": "x"}], "role": "tool", "empty": null, "n": 1.0}""");
        var message = ChatMessage.FromJson(json);
        Assert.Equal("""{"name":"f","content":[{"type":"text","text":"x"}],"role":"tool","n":1.0}""", message.ToJson().ToJsonString());
        Assert.Equal(message, message with { ExtraFields = new JsonObject { ["n"] = JsonNode.Parse("1.0"), ["name"] = "f" } });
        Assert.Equal("""{"content":"y","role":"tool"}""",
            (message with { Content = "y", ContentParts = null, ExtraFields = null }).ToJson().ToJsonString());
        var wrong = () => ChatMessage.FromJson(new JsonObject { ["content"] = "x" });
        wrong.Should().Throw<ArgumentException>().WithMessage("*role*");
    }

    [Fact]
    public void A_batch_is_padded_and_truncated_and_its_masks_are_those_of_the_rows()
    {
        const string Template =
            "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %} {{ m.content }}{% endgeneration %}"
            + "{% else %}{{ m.content }}{% endif %}{% endfor %}";
        _tokenizer.PadToken = _tokenizer.EosToken;
        ChatMessage[][] conversations = [Messages, [new("user", "How are you"), new("assistant", "fine"), new("user", "ok")]];
        var options = new ChatTemplateOptions { ChatTemplate = Template };
        var batch = _tokenizer.ApplyChatTemplate(conversations, options, padding: true, returnAssistantTokensMask: true);
        batch.Keys.Should().Contain("assistant_masks");
        for (var row = 0; row < 2; row++)
        {
            var encoding = batch.Encodings[row];
            var answer = string.Concat(encoding.Tokens.Where((_, i) => encoding.AssistantMask![i] == 1)).Replace('Ġ', ' ');
            Assert.Equal(row == 0 ? " Hello" : " fine", answer);
            Assert.Equal(batch.InputIds[0].Length, batch.AssistantMasks[row].Length);
        }
        var cut = _tokenizer.ApplyChatTemplate(conversations[1], options, truncation: true, maxLength: 2, returnAssistantTokensMask: true);
        Assert.Equal((2, 0), (cut.Ids.Length, cut.AssistantMask!.Sum()));
        var none = () => _tokenizer.ApplyChatTemplate(Messages, new() { ChatTemplate = "x" }, returnAssistantTokensMask: true);
        none.Should().Throw<ArgumentException>().WithMessage("*generation*");
    }

    [Fact]
    public void Threads_can_share_a_template()
    {
        const string Template =
            "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + loop.index %}{% endfor %}{{ ns.n }}";
        var texts = _tokenizer.RenderChatTemplate(Enumerable.Repeat(Messages, 3).ToArray(), new() { ChatTemplate = Template });
        texts.Should().Equal("3", "3", "3");
        Parallel.For(0, 200, _ => Assert.Equal("3", Render(Template)));
    }

    private string Render(string template) => _tokenizer.RenderChatTemplate(Messages, new ChatTemplateOptions { ChatTemplate = template });
}
