using System.Text.Json.Nodes;
using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Llama;
using PeftSharp.Prediction;
using PeftSharp.Tests.Generation;
using PeftSharp.Tokenization;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Prediction;

/// <summary>
/// Answers to conversations, with a small LLaMA whose tokenizer adds a beginning token to texts, and the templates that transformers
/// rendered (tests/fixtures/chat).
/// </summary>
public sealed class ChatTests : IDisposable
{
    private const string ChatMl = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>' + '\\n' }}"
        + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private static readonly JsonNode Recorded =
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "chat", "rendered.json")))!;

    private static readonly ChatMessage[] _messages = [new("system", "Be brief."), new("user", "Hi")];

    private readonly Tokenizer _tokenizer = AutoTokenizer.FromPretrained(ReferenceRoot.Tokenizers("tiny-llama"));
    private readonly PretrainedModel _model;
    private readonly TextGenerator _generator;

    public ChatTests()
    {
        _tokenizer.AddTokens(
            [new("<|im_start|>"), new("<|im_end|>"), new("<|eot_id|>"), new("<end_of_turn>"), new("<|end|>")], specialTokens: true);
        manual_seed(2);
        _model = AutoModelForCausalLM.FromConfig(new LlamaConfig
        {
            VocabSize = _tokenizer.Count, HiddenSize = 16, IntermediateSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2,
            MaxPositionEmbeddings = 2048,
        });
        (_tokenizer.ChatTemplate, _tokenizer.ModelMaxLength) = (ChatMl, null);
        _generator = new TextGenerator(_model, _tokenizer);
    }

    public void Dispose()
    {
        _generator.Dispose();
        _model.Dispose();
    }

    public static TheoryData<string> Templates() => [.. Recorded["rendered"]!.AsArray()
        .Where(row => (bool?)row!["prompt"] == true && row["text"] is not null).Select(row => (string)row!["template"]!).Distinct()];

    [Theory, Trait("Category", "Parity"), MemberData(nameof(Templates))]
    public void The_prompt_has_the_tokens_of_the_recorded_text_and_no_further_special_tokens(string name)
    {
        foreach (var row in Recorded["rendered"]!.AsArray()
            .Where(row => (string)row!["template"]! == name && (bool?)row["prompt"] == true && row["text"] is not null))
        {
            var messages = ChatMessage.ListFromJson(Recorded["conversations"]![(string)row!["conversation"]!]);
            var template = new ChatTemplateOptions
            {
                ChatTemplate = (string)Recorded["templates"]![name]!,
                AddGenerationPrompt = messages[^1].Role == "assistant",              // otherwise the last message would be continued
                Tools = row["tools"] is null ? null : Recorded["tools"]!.DeepClone().AsArray(),
                Documents = Recorded["documents"]!.DeepClone().AsArray(),
                Variables = row["variables"]?.DeepClone().AsObject(),
            };
            Prompt(messages, template).Should().Equal(_tokenizer.Encode((string)row["text"]!, addSpecialTokens: false).Ids);
        }
    }

    [Theory, Trait("Category", "Parity"), InlineData("chatml"), InlineData("llama3.1-tools")]
    public void The_last_message_of_the_assistant_is_continued_as_recorded(string name)
    {
        var rows = Recorded["continued"]!.AsArray()
            .Where(row => (string)row!["template"]! == name && row["text"] is not null
                && row["messages"]!.AsArray()[^1] is JsonObject last
                && (string)last["role"]! == "assistant" && last["content"] is JsonValue).ToArray();
        rows.Should().NotBeEmpty();
        foreach (var row in rows)
        {
            var messages = ChatMessage.ListFromJson(row!["messages"]);
            var template = new ChatTemplateOptions { ChatTemplate = (string)Recorded["templates"]![name]! };
            Prompt(messages, template).Should().Equal(_tokenizer.Encode((string)row["text"]!, addSpecialTokens: false).Ids);
            var answer = _generator.Chat(messages, new() { DoSample = false, MaxNewTokens = 3 }, template);
            Assert.Equal("assistant", answer.Role);
            answer.Content.Should().StartWith(messages[^1].Content).And.NotBe(messages[^1].Content);
        }
    }

    [Theory]
    [InlineData("chatml", "<|im_end|>"), InlineData("qwen3-thinking", "<|im_end|>"), InlineData("chatml-default-system", "<|im_end|>")]
    [InlineData("zephyr", "</s>"), InlineData("llama2", "</s>"), InlineData("mistral", "</s>"), InlineData("deepseek", "</s>")]
    [InlineData("llama3.1-tools", "<|eot_id|>"), InlineData("gemma", "<end_of_turn>"), InlineData("phi3", "<|end|>")]
    [InlineData("documents", null)]
    public void The_token_that_ends_an_answer_is_found_in_the_template(string name, string? expected)
    {
        _tokenizer.ChatTemplate = (string)Recorded["templates"]![name]!;
        ChatMessage[] messages = [new("user", "Hi")];
        var options = new ChatTemplateOptions { AddGenerationPrompt = true, Documents = [] };
        Assert.Equal(expected, _tokenizer.FindAnswerEnd(messages, options) is { } id ? _tokenizer.ConvertIdsToTokens([id])[0] : null);
        messages = [new("user", "Hi"), new("assistant", "I")];
        options = options with { AddGenerationPrompt = false, ContinueFinalMessage = true };
        Assert.Equal(expected, _tokenizer.FindAnswerEnd(messages, options) is { } end ? _tokenizer.ConvertIdsToTokens([end])[0] : null);
    }

    [Fact]
    public async Task An_answer_ends_at_the_token_of_the_template_alone_in_a_batch_and_as_a_stream()
    {
        ChatMessage[] other = [new("user", "And you?")];
        var script = Script(_messages, "Hello there<|im_end|>and more");
        var answer = _generator.Chat(_messages, script);
        Assert.Equal(new ChatMessage("assistant", "Hello there"), answer);
        Assert.Equal(answer, await _generator.ChatAsync(_messages, script));
        _generator.Chat([other, _messages], script)[1].Should().Be(answer);
        (await _generator.ChatAsync([other, _messages], script))[1].Should().Be(answer);
        var pieces = new List<string>();
        await foreach (var piece in _generator.ChatStreamAsync(_messages, script)) pieces.Add(piece);
        Assert.Equal("Hello there", string.Concat(pieces));
        var withoutEnd = script with { EosTokenId = [_tokenizer.EosTokenId!.Value] };
        Assert.Equal("Hello there and more", _generator.Chat(_messages, withoutEnd).Content);
    }

    [Fact]
    public void An_adapter_is_selected_by_name_and_several_answers_need_a_list_of_conversations()
    {
        var greedy = new GenerationOptions { DoSample = false, MaxNewTokens = 8 };
        var plain = _generator.Chat(_messages, greedy);
        var model = _model.GetPeftModel(
            new LoraConfig { TargetModules = ["q_proj", "down_proj"], InitLoraWeights = LoraInitializer.Random, LoraAlpha = 4000 }, "loud");
        using var adapted = new TextGenerator(model, _tokenizer);
        Assert.Equal(plain, adapted.Chat(_messages, greedy with { Adapter = "__base__" }));
        adapted.Chat(_messages, greedy with { Adapter = "loud" }).Should().NotBe(plain);
        adapted.Chat([_messages, _messages], greedy with { AdapterNames = ["loud", "__base__"] })
            .Should().Equal(adapted.Chat(_messages, greedy), plain);
        FluentActions.Invoking(() => adapted.Chat(_messages, greedy with { Adapter = "quiet" }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("'quiet'");
        var several = greedy with { NumBeams = 2, NumReturnSequences = 2 };
        adapted.Chat([_messages, _messages], several).Should().HaveCount(4);
        FluentActions.Invoking(() => adapted.Chat(_messages, several))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("list of conversations");
        model.Unload();
    }

    [Fact]
    public async Task A_call_can_be_cancelled_and_reports_what_it_cannot_answer()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        FluentActions.Invoking(() => _generator.Chat(_messages, cancellationToken: cancelled.Token))
            .Should().Throw<OperationCanceledException>();
        await FluentActions.Awaiting(() => _generator.ChatAsync(_messages, cancellationToken: cancelled.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        FluentActions.Invoking(() => _generator.Chat(Array.Empty<ChatMessage>())).Should().Throw<ArgumentException>();
        _tokenizer.ChatTemplate = "{{ raise_exception('no system') }}";
        FluentActions.Invoking(() => _generator.Chat(_messages)).Should().Throw<ChatTemplateException>().WithMessage("no system");
        _tokenizer.ChatTemplate = null;
        FluentActions.Invoking(() => _generator.Chat([new("user", "Hi")])).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => _generator.ChatStreamAsync(_messages)).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_message_in_parts_is_continued_in_its_last_text()
    {
        _tokenizer.ChatTemplate = "{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}<|im_end|>{% endfor %}";
        var messages = ChatMessage.ListFromJson(JsonNode.Parse("""
            [{"role": "assistant", "content": [{"type": "text", "text": "I"}, {"type": "text", "text": "am"}]}]
            """));
        var answer = _generator.Chat(messages, Script(messages, " here<|im_end|>"));
        answer.ContentParts![1]!["text"]!.GetValue<string>().Should().Be("am here");
        messages[0].ContentParts![1]!["text"]!.GetValue<string>().Should().Be("am");
    }

    private int[] Prompt(IReadOnlyList<ChatMessage> messages, ChatTemplateOptions template)
    {
        var recorder = new FirstTokens();
        _generator.Chat(messages, new() { DoSample = false, MaxNewTokens = 1, Streamer = recorder }, template);
        return recorder.Prompt;
    }

    /// <summary>Options with which the model writes a text after a conversation.</summary>
    private GenerationOptions Script(IReadOnlyList<ChatMessage> messages, string text)
    {
        var continues = messages[^1].Role == "assistant";
        var prompt = _tokenizer.ApplyChatTemplate(
            messages, new() { AddGenerationPrompt = !continues, ContinueFinalMessage = continues }).Ids;
        return new(TinyWriter.Script(prompt, _tokenizer.Encode(text, addSpecialTokens: false).Ids)) { DoSample = false };
    }

    private sealed class FirstTokens : BaseStreamer
    {
        internal int[] Prompt { get; private set; } = [];

        public override void Put(IReadOnlyList<int> tokenIds) => Prompt = Prompt.Length == 0 ? [.. tokenIds] : Prompt;

        public override void Finish() { }
    }
}
