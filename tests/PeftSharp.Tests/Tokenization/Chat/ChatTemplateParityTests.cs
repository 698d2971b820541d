using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>Chat templates, compared with what transformers 5.23 made of them (tests/fixtures/chat/make.py, and the reference).</summary>
[Trait("Category", "Parity")]
public sealed class ChatTemplateParityTests
{
    private static readonly JsonNode Recorded =
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "chat", "rendered.json")))!;

    private static readonly Tokenizer Tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));

    public static TheoryData<string> Templates() => [.. Recorded["templates"]!.AsObject().Select(template => template.Key)];

    [Theory, MemberData(nameof(Templates))]
    public void A_template_is_rendered_as_in_Python(string name) => AssertSame(
        Recorded["rendered"]!.AsArray().Where(row => (string?)row!["template"] == name),
        row => Tokenizer.RenderChatTemplate(Conversation(row["conversation"]!), new ChatTemplateOptions
        {
            ChatTemplate = (string)Recorded["templates"]![name]!,
            AddGenerationPrompt = (bool?)row["prompt"] ?? false,
            Tools = row["tools"] is null ? null : Recorded["tools"]!.DeepClone().AsArray(),
            Documents = Recorded["documents"]!.DeepClone().AsArray(),
            Variables = Variables(row["variables"] as JsonObject),
        }));

    [Fact]
    public void Expressions_have_the_values_of_Python() => AssertSame(
        Recorded["expressions"]!.AsArray(),
        row => Tokenizer.RenderChatTemplate(Conversation(JsonValue.Create("turns")), new ChatTemplateOptions
        {
            ChatTemplate = "{{ " + row["expression"] + " }}", Variables = Variables(null),
        }));

    [Fact]
    public void The_last_message_is_continued_as_in_Python() => AssertSame(
        Recorded["continued"]!.AsArray(),
        row => Tokenizer.RenderChatTemplate(ChatMessage.ListFromJson(row["messages"]), new ChatTemplateOptions
        {
            ChatTemplate = (string)Recorded["templates"]![(string)row["template"]!]!, ContinueFinalMessage = true,
            Documents = Recorded["documents"]!.DeepClone().AsArray(), Variables = Variables(null),
        }));

    [Fact]
    public void The_mask_of_the_assistants_tokens_is_that_of_Python()
    {
        foreach (var row in Recorded["generation"]!.AsArray())
        {
            var encoding = Tokenizer.ApplyChatTemplate(
                Conversation(row!["conversation"]!),
                new ChatTemplateOptions { ChatTemplate = (string)Recorded["templates"]!["generation"]!, Variables = Variables(null) },
                returnAssistantTokensMask: true);
            encoding.Ids.Should().Equal(row["input_ids"]!.AsArray().Select(id => (int)id!));
            encoding.AssistantMask.Should().Equal(row["assistant_masks"]!.AsArray().Select(flag => (int)flag!));
        }
    }

    [SkippableFact]
    public void The_reference_is_reproduced()
    {
        var reference = JsonNode.Parse(File.ReadAllBytes(ReferenceRoot.Require("chat_templates.json")))!;
        AssertSame(reference["rendered"]!.AsArray(), row => Tokenizer.RenderChatTemplate(
            ChatMessage.ListFromJson(reference["conversations"]![(string)row["conversation"]!]),
            new ChatTemplateOptions
            {
                ChatTemplate = (string)reference["templates"]![(string)row["template"]!]!,
                AddGenerationPrompt = (bool)row["add_generation_prompt"]!,
                Tools = (bool)row["tools"]! ? reference["tools"]!.DeepClone().AsArray() : null,
                Variables = new JsonObject
                {
                    ["bos_token"] = (string)reference["bos_token"]!, ["eos_token"] = (string)reference["eos_token"]!,
                },
            }));
    }

    private static IReadOnlyList<ChatMessage> Conversation(JsonNode name) =>
        ChatMessage.ListFromJson(Recorded["conversations"]![(string)name!]);

    private static JsonObject Variables(JsonObject? more)
    {
        var variables = new JsonObject { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };
        foreach (var (name, value) in more ?? [])
            variables[name] = value?.DeepClone();
        return variables;
    }

    /// <summary>Compares results, or the kinds of errors; the text that a template passes to raise_exception must be equal.</summary>
    private static void AssertSame(IEnumerable<JsonNode?> rows, Func<JsonNode, string> render)
    {
        var differences = rows.Select(row => Difference(row!, render)).OfType<string>().ToArray();
        Assert.True(differences.Length == 0, string.Join("\n\n", differences.Take(40)));
    }

    private static string? Difference(JsonNode row, Func<JsonNode, string> render)
    {
        const string Raised = "TemplateError: ";
        string? found = null;
        var error = Record.Exception(() => found = render(row));
        if ((string?)row["error"] is not { } expected)
            return found == (string?)row["text"] ? null : $"{row.ToJsonString()}\n  but: {found ?? error!.ToString()}";
        var raised = expected.StartsWith(Raised, StringComparison.Ordinal) ? expected[Raised.Length..] : null;
        var isSame = error switch
        {
            ChatTemplateException { Reason: ChatTemplateError.Raised } template => template.Message == raised,
            ChatTemplateException or ArgumentException => raised is null,
            _ => false,
        };
        return isSame ? null : $"{row.ToJsonString()}\n  but: {found ?? error!.ToString()}";
    }
}
