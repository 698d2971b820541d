namespace PeftSharp.Tokenization;

/// <summary>Finds the tokens of the assistant's answers.</summary>
internal static class AssistantTokens
{
    /// <summary>Returns 1 for each token of the given ranges of the text, 0 for others.</summary>
    /// <param name="encoding">The tokens of the text.</param>
    /// <param name="ranges">Ranges of the text, in UTF-16 code units.</param>
    internal static int[] Mask(TextEncoding encoding, IReadOnlyList<(int Start, int End)> ranges)
    {
        var mask = new int[encoding.Length];
        var (offsets, isText) = (encoding.Offsets, encoding.SpecialTokensMask);
        foreach (var (start, end) in ranges)
        {
            int first = -1, last = -1;
            for (var i = 0; i < offsets.Length; i++)
                if (isText[i] == 0 && offsets[i].Start < end && offsets[i].End > start)
                    (first, last) = (first < 0 ? i : first, i);
            // A token between two tokens of a range belongs to the range even if it covers no characters.
            if (first >= 0)
                mask.AsSpan(first, last - first + 1).Fill(1);
        }
        return mask;
    }

    /// <summary>
    /// Returns the ranges of the assistant's messages in the text of a conversation: from the end of the generation prompt to the end of
    /// the message.
    /// </summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="text">The text of the conversation.</param>
    /// <param name="render">Renders the first messages; the second argument requests the generation prompt.</param>
    /// <exception cref="ArgumentException">A part of the conversation is rendered differently without the rest of it.</exception>
    internal static IReadOnlyList<(int Start, int End)> Find(
        IReadOnlyList<ChatMessage> messages, string text, Func<IReadOnlyList<ChatMessage>, bool, string> render)
    {
        var ranges = new List<(int Start, int End)>();
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role != "assistant")
                continue;
            var prompt = i == 0 ? "" : render([.. messages.Take(i)], true);
            var whole = i + 1 == messages.Count ? text : render([.. messages.Take(i + 1)], false);
            if (!whole.StartsWith(prompt, StringComparison.Ordinal) || !text.StartsWith(whole, StringComparison.Ordinal))
                throw new ArgumentException($"The tokens of the assistant's message {i} cannot be determined, because the chat template "
                    + "renders this message or an earlier message differently if further messages follow. Use a template that encloses the "
                    + "assistant's messages in {% generation %} and {% endgeneration %}.", nameof(messages));
            ranges.Add((prompt.Length, whole.Length));
        }
        return ranges;
    }
}
