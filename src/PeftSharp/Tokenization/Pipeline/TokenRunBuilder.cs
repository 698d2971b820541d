namespace PeftSharp.Tokenization;

/// <summary>Converts a text to tokens, in buffers that each thread reuses.</summary>
internal sealed class TokenRunBuilder
{
    [ThreadStatic] private static TokenRunBuilder? s_ofThread;
    private readonly PreTokenizedText _piece = new();
    private readonly List<TextSpan> _parts = [];
    private int[] _ids = new int[256], _starts = new int[256], _ends = new int[256], _words = new int[256];
    private int _count, _word;
    private bool _isWordGiven;

    internal static TokenRunBuilder OfThread => s_ofThread ??= new TokenRunBuilder();

    /// <summary>
    /// Returns the tokens of a text. Added tokens are matched in the text as written; the rest is normalized, added tokens are matched
    /// again, and what remains is split into words and passed to the model.
    /// </summary>
    internal TokenRun Run(string text, TokenizerPipeline pipeline)
    {
        (_count, _word, _isWordGiven) = (0, 0, false);
        Append(text, pipeline);
        return new TokenRun(text, _ids[.._count], _starts[.._count], _ends[.._count], _words[.._count]);
    }

    /// <summary>Returns the tokens of a list of words, each encoded as a separate text.</summary>
    internal TokenRun Run(IReadOnlyList<string> words, TokenizerPipeline pipeline)
    {
        (_count, _isWordGiven) = (0, true);
        for (_word = 0; _word < words.Count; _word++)
            Append(words[_word], pipeline);
        return new TokenRun("", _ids[.._count], _starts[.._count], _ends[.._count], _words[.._count], [.. words]);
    }

    private void Append(string text, TokenizerPipeline pipeline)
    {
        _parts.Clear();
        pipeline.Added.AsWritten.Split(text, _parts);
        foreach (var part in _parts)
        {
            if (part.TokenId == TextSpan.Word)
            {
                RunPiece(text, part, pipeline);
            }
            else
            {
                Add(part.TokenId, part.Start, part.End, _word);
                EndWord();
            }
        }
    }

    /// <summary>Ends a word of the pre-tokenizer. If the caller passed words, the words of the pre-tokenizer are not counted.</summary>
    private void EndWord() => _word += _isWordGiven ? 0 : 1;

    private void RunPiece(string text, TextSpan part, TokenizerPipeline pipeline)
    {
        var aligned = _piece.Text;
        aligned.Reset(text, part.Start, part.End);
        pipeline.Normalizer?.Normalize(aligned);
        _piece.Spans.Clear();
        pipeline.Added.InNormalized.Split(aligned.Chars, _piece.Spans);
        pipeline.PreTokenizer?.PreTokenize(_piece);
        foreach (var span in _piece.Spans)
        {
            if (span.TokenId == TextSpan.Word)
                AddWord(aligned, span, pipeline.Model.Tokenize(aligned.Chars[span.Start..span.End]));
            else
                Add(span.TokenId, span, aligned);
            EndWord();
        }
    }

    private void AddWord(AlignedText aligned, TextSpan span, WordTokens tokens)
    {
        for (var i = 0; i < tokens.Ids.Length; i++)
        {
            var (start, end) = aligned.OriginalRange(span.Start + tokens.Starts[i], span.Start + tokens.Ends[i]);
            Add(tokens.Ids[i], start, end, _word);
        }
    }

    private void Add(int id, TextSpan span, AlignedText aligned)
    {
        var (start, end) = aligned.OriginalRange(span.Start, span.End);
        Add(id, start, end, _word);
    }

    private void Add(int id, int start, int end, int word)
    {
        if (_count == _ids.Length)
        {
            Array.Resize(ref _ids, 2 * _count);
            Array.Resize(ref _starts, 2 * _count);
            Array.Resize(ref _ends, 2 * _count);
            Array.Resize(ref _words, 2 * _count);
        }
        (_ids[_count], _starts[_count], _ends[_count], _words[_count]) = (id, start, end, word);
        _count++;
    }
}
