namespace PeftSharp.Prediction;

/// <summary>The result of a <see cref="TextGenerator"/>.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Text">The generated text, without the prompt and without special tokens.</param>
public sealed record GeneratedText(string Prompt, string Text)
{
    /// <summary>The prompt followed by the generated text.</summary>
    public string FullText => Prompt + Text;
}
