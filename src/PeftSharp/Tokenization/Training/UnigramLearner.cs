namespace PeftSharp.Tokenization;

/// <summary>Learns the pieces of a unigram model by expectation maximization, as Hugging Face's <c>tokenizers</c> does.</summary>
internal sealed class UnigramLearner
{
    private const double MinExpectedFrequency = 0.5, PenaltyStep = 0.0001;

    private readonly UnigramTrainer _options;
    private readonly UnigramCorpus _corpus;
    private readonly int _wanted;

    internal UnigramLearner(UnigramTrainer options, IReadOnlyList<KeyValuePair<string, long>> words)
    {
        (_options, _corpus) = (options, new UnigramCorpus(words));
        _wanted = options.VocabSize * 11 / 10;   // learns a tenth more than requested; the surplus is removed at the end
    }

    /// <summary>Returns the pieces without special tokens, by decreasing score.</summary>
    /// <exception cref="ArgumentException">The vocabulary is too small for the characters of the texts.</exception>
    internal IReadOnlyList<ScoredPiece> Learn(IProgress<TokenizerTrainProgress>? progress, CancellationToken cancellationToken)
    {
        var required = _corpus.Characters(_options.InitialAlphabet);
        if (required.Count > _options.PieceCount)
            throw new ArgumentException($"VocabSize {_options.VocabSize} is too small: each of the {required.Count} different characters "
                + "of the texts and of InitialAlphabet is a token, in addition to the special tokens "
                + $"({_options.VocabSize - _options.PieceCount}). Increase VocabSize to at least "
                + $"{required.Count + _options.VocabSize - _options.PieceCount}.");
        var pieces = UnigramSeeds.Find(_corpus, _options);
        while (true)
        {
            for (var i = 0; i < _options.NSubIterations; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                pieces = Estimate(pieces, cancellationToken);
            }
            progress?.Report(new TokenizerTrainProgress("Learn tokens", pieces.Count, null));
            if (pieces.Count + 1 <= _wanted)                              // the unknown piece counts too
                break;
            pieces = Prune(pieces, cancellationToken);
        }
        var result = Finish(pieces, required);
        progress?.Report(new TokenizerTrainProgress("Learn tokens", result.Count, result.Count));
        return result;
    }

    /// <summary>Computes the expected frequencies of the pieces and their scores. Pieces that are hardly used are removed.</summary>
    private List<ScoredPiece> Estimate(List<ScoredPiece> pieces, CancellationToken cancellationToken)
    {
        var expected = new double[pieces.Count];
        var lattice = new UnigramLattice(pieces);
        foreach (var (word, count) in _corpus.Words)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lattice.AddExpected(word, count, expected);
        }
        var kept = new List<ScoredPiece>(pieces.Count);
        var sum = 0.0;
        for (var i = 0; i < pieces.Count; i++)
            if (expected[i] >= MinExpectedFrequency)
            {
                kept.Add(new ScoredPiece(pieces[i].Text, expected[i]));
                sum += expected[i];
            }
        var total = Digamma(sum);                                       // the Bayesian variant of the algorithm, as in SentencePiece
        return kept.ConvertAll(piece => piece with { Score = Digamma(piece.Score) - total });
    }

    /// <summary>Removes the pieces without which the likelihood of the texts decreases the least.</summary>
    private List<ScoredPiece> Prune(List<ScoredPiece> pieces, CancellationToken cancellationToken)
    {
        var lattice = new UnigramLattice(pieces);
        var frequencies = new double[pieces.Count];
        var total = 0.0;
        var path = new List<int>();
        foreach (var (word, count) in _corpus.Words)
        {
            cancellationToken.ThrowIfCancellationRequested();
            total += count;
            lattice.BestPath(word, path);
            foreach (var id in path)
                if (id >= 0)
                    frequencies[id] += count;
        }
        var sum = frequencies.Sum();
        var kept = new List<ScoredPiece>(pieces.Count);
        var candidates = new List<(int Id, double Loss)>();
        for (var id = 0; id < pieces.Count; id++)
        {
            var isAlone = lattice.IsBestAlone(pieces[id].Text, id, path);     // path: the pieces that would replace it
            if (frequencies[id] == 0 && !isAlone)
                continue;
            if (!isAlone || path.Count == 0)
            {
                kept.Add(pieces[id]);
                continue;
            }
            if (frequencies[id] == 0)
                continue;
            var log = Math.Log(sum + frequencies[id] * (path.Count - 1));
            var replaced = path.Sum(other => Math.Log((other < 0 ? 0 : frequencies[other]) + frequencies[id]) - log);
            candidates.Add((id, frequencies[id] / total * (Math.Log(frequencies[id]) - Math.Log(sum) - replaced)));
        }
        var size = Math.Max(_wanted, (int)((pieces.Count + 1) * _options.ShrinkingFactor)) - 1;
        foreach (var (id, _) in candidates.OrderByDescending(candidate => candidate.Loss))
        {
            if (kept.Count >= size)
                break;
            kept.Add(pieces[id]);
        }
        return kept;
    }

    private List<ScoredPiece> Finish(List<ScoredPiece> pieces, IReadOnlyList<string> required)
    {
        var known = pieces.ToDictionary(piece => piece.Text, piece => piece.Score, StringComparer.Ordinal);
        var lowest = pieces.Min(piece => piece.Score);
        var result = new List<ScoredPiece>();
        var penalty = 0.0;
        foreach (var character in required)
        {
            if (known.Remove(character, out var score))
            {
                result.Add(new ScoredPiece(character, score));
                continue;
            }
            result.Add(new ScoredPiece(character, lowest + penalty));
            penalty += PenaltyStep;
        }
        foreach (var piece in pieces)
        {
            if (result.Count >= _options.PieceCount)
                break;
            if (known.ContainsKey(piece.Text))
                result.Add(piece);
        }
        return [.. result.OrderByDescending(piece => piece.Score)];
    }

    private static double Digamma(double x)
    {
        var result = 0.0;
        for (; x < 7; x++)
            result -= 1 / x;
        x -= 0.5;
        var inverse = 1 / (x * x);
        return result + Math.Log(x)
            + inverse * (1.0 / 24 + inverse * (-7.0 / 960 + inverse * (31.0 / 8064 - inverse * (127.0 / 30720))));
    }
}
