namespace PeftSharp.Prediction;

/// <summary>A text that a <see cref="TextGenerator"/> wrote.</summary>
/// <param name="Prompt">What it began with.</param>
/// <param name="Text">What was written after the prompt, without special tokens.</param>
public sealed record GeneratedText(string Prompt, string Text)
{
    /// <summary>The prompt and what was written after it.</summary>
    public string FullText => Prompt + Text;
}
