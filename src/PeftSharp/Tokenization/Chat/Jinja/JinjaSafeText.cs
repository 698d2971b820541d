namespace PeftSharp.Tokenization;

/// <summary>A text that the filters <c>safe</c> and <c>escape</c> marked as HTML. It can be printed, compared and joined with <c>~</c>.
/// </summary>
/// <param name="Text">The text.</param>
internal sealed record JinjaSafeText(string Text);
