using Pages.Chat;

namespace PeftSharp.Tests.Docs;

/// <summary>The programs of <c>docs/chat-templates.md</c> run.</summary>
public sealed class ChatPageTests : IDisposable
{
    private readonly CurrentFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Messages_are_converted_to_text_and_the_answer_is_found()
    {
        var printed = await Printed.By(() => Task.Run(Templates.Run));
        printed.Should().Equal(
            "<|im_start|>system", "Answer briefly.<|im_end|>", "<|im_start|>user", "What is the capital of France?<|im_end|>",
            "<|im_start|>assistant",
            """<|im_start|>tools""", """[{"type": "function", "function": {"name": "now"}}]<|im_end|>""",
            "<|im_start|>user", "What time is it?<|im_end|>",
            "Paris.<|im_end|>");
    }

    [Fact]
    public async Task A_vocabulary_is_learned()
    {
        var printed = await Printed.By(() => Task.Run(Vocabulary.Run));
        printed.Should().HaveCount(2);
        printed[0].Replace(" ##", "", StringComparison.Ordinal).Should().Be("walked");
        printed[1].Replace(" ##", "", StringComparison.Ordinal).Should().Be("une phrase");
    }
}
