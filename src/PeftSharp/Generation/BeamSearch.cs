using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// Beam search, with or without sampling: extends the most likely sequences of all prompts in parallel and keeps the best finished
/// sequences.
/// </summary>
/// <remarks>
/// Corresponds to <c>_beam_search</c> in transformers. The order of operations is the same, so that ties are resolved in the same way.
/// </remarks>
internal sealed class BeamSearch
{
    private const double Excluded = -1e9;         // the score of a sequence that must not be chosen, as in transformers
    private readonly GenerationPlan _plan;
    private readonly ProcessorChain _processors;
    private readonly CriteriaChain _criteria;
    private readonly int _beams;
    private readonly int _candidates;               // more than the number of beams, so that enough remain if some end
    private readonly BeamEarlyStopping _earlyStopping;
    private readonly double _lengthPenalty;
    private readonly StepScores _kept;

    internal BeamSearch(GenerationPlan plan, ProcessorChain processors, CriteriaChain criteria)
    {
        (_plan, _processors, _criteria, _beams, _kept) = (plan, processors, criteria, plan.NumBeams, new StepScores(plan.Options));
        _candidates = Math.Max(2, 1 + plan.Eos.Count) * _beams;
        (_earlyStopping, _lengthPenalty) = (plan.Config.EarlyStopping ?? BeamEarlyStopping.Heuristic, plan.Config.LengthPenalty ?? 1);
    }

    internal GenerationOutput Run(CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var model = new NextTokenScores(_plan);
        var (running, finished) = Start();
        var mayImprove = ones([_plan.Prompts, 1], ScalarType.Bool, _plan.PromptIds.device);
        var length = _plan.PromptLength;
        for (var isRunning = true; isRunning;)
        {
            cancel.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            var flat = running.Sequences.narrow(2, 0, length).flatten(0, 1);
            var scores = _kept.AddLogits(length == _plan.PromptLength ? model.Prefill() : model.Next(flat));
            var candidates = Candidates(running, _kept.AddScores(_processors.Process(flat, scores.log_softmax(-1))), length);
            var ends = _criteria.IsDone(candidates.Sequences.narrow(2, 0, length + 1).flatten(0, 1)).reshape(_plan.Prompts, _candidates);
            var (nextRunning, rows) = SelectRunning(candidates, ends);
            var nextFinished = Finish(finished, candidates, ends, mayImprove, length);
            model.SelectRows(rows);
            length++;
            var nextMayImprove = MayImprove(mayImprove, nextRunning, nextFinished, length);
            isRunning = nextMayImprove.any().item<bool>()
                && !(_earlyStopping == BeamEarlyStopping.AtOnce && nextFinished.IsFinished.all().item<bool>())
                && !ends.all().item<bool>();
            Replace(ref running, nextRunning);
            Replace(ref finished, nextFinished);
            mayImprove.Dispose();
            mayImprove = nextMayImprove.MoveToOuterDisposeScope();
        }
        return Best(finished);
    }

    private (BeamSet Running, BeamSet Finished) Start()
    {
        var (prompts, device) = (_plan.Prompts, _plan.PromptIds.device);
        // As in transformers, finished beams are padded with the end-of-sequence token if the padding token is 0
        // (`pad_token_id or eos_token_id`).
        var filler = _plan.Pad is { } pad and not 0 ? pad : _plan.Eos.Count > 0 ? _plan.Eos[0] : 0;
        var sequences = full([prompts, _beams, _plan.MaxLength], filler, ScalarType.Int64, device);
        sequences.narrow(2, 0, _plan.PromptLength).copy_(_plan.PromptIds.unsqueeze(1));
        var scores = zeros([prompts, _beams], ScalarType.Float32, device);
        // Initially all beams are equal, so only one of them is considered.
        scores.narrow(1, 1, _beams - 1).fill_(Excluded);
        var nothing = zeros([prompts, _beams], ScalarType.Int64, device);
        return (new BeamSet(sequences, scores, nothing, nothing.@bool()),
            new BeamSet(
                sequences.clone(), full([prompts, _beams], Excluded, ScalarType.Float32, device), nothing.clone(), nothing.@bool()));
    }

    /// <summary>
    /// Returns the best (or sampled) continuations of each prompt's beams. In the result, <c>Lengths</c> contains the index of the beam
    /// that each candidate continues.
    /// </summary>
    private BeamSet Candidates(BeamSet running, Tensor logProbabilities, int length)
    {
        var vocabulary = logProbabilities.shape[1];
        var sums = (logProbabilities.reshape(_plan.Prompts, _beams, vocabulary) + running.Scores.unsqueeze(2)).reshape(_plan.Prompts, -1);
        Tensor scores, places;
        if (_plan.DoSample)
        {
            ScoreCheck.RequireFinite(sums.amax([-1]));
            places = multinomial(sums.softmax(-1), _candidates, replacement: false, _plan.Generator);
            scores = sums.gather(1, places);
        }
        else
        {
            (scores, places) = sums.topk(_candidates);
            ScoreCheck.RequireFinite(scores.narrow(1, 0, 1));
        }
        var beams = places.div(vocabulary, RoundingMode.floor);
        var sequences = BeamSet.Gather(running.Sequences, beams);
        sequences.select(2, length).copy_(places.remainder(vocabulary));
        return new BeamSet(sequences, scores, beams, zeros_like(beams, ScalarType.Bool));
    }

    /// <summary>Returns the best unfinished candidates, and the rows of the cache that they continue.</summary>
    private (BeamSet Running, Tensor Rows) SelectRunning(BeamSet candidates, Tensor ends)
    {
        var open = candidates.Scores + ends.to(ScalarType.Float32) * Excluded;
        var running = (candidates with { Scores = open }).Select(open.topk(_beams).indexes);
        var offsets = arange(_plan.Prompts, ScalarType.Int64, ends.device).unsqueeze(1) * _beams;
        return (running, (running.Lengths + offsets).flatten());
    }

    /// <summary>Returns the best of the sequences that were finished before and of the best candidates that have just finished.</summary>
    private BeamSet Finish(BeamSet finished, BeamSet candidates, Tensor ends, Tensor mayImprove, int length)
    {
        var isBest = arange(_candidates, ScalarType.Int64, ends.device).lt(_beams);
        var justEnded = ends.logical_and(isBest.unsqueeze(0));
        var newTokens = length + 1 - _plan.PromptLength;
        var scores = candidates.Scores / Math.Pow(newTokens, _lengthPenalty);
        if (_earlyStopping == BeamEarlyStopping.AtOnce)
            scores = scores + finished.IsFinished.all(dim: -1, keepdim: true).to(ScalarType.Float32) * Excluded;
        scores = scores + mayImprove.logical_not().to(ScalarType.Float32) * Excluded;
        scores = scores + justEnded.logical_not().to(ScalarType.Float32) * Excluded;
        var ended = candidates with { Scores = scores, Lengths = full_like(candidates.Lengths, newTokens), IsFinished = justEnded };
        var all = finished.Concat(ended);
        return all.Select(all.Scores.topk(_beams).indexes);
    }

    /// <summary>
    /// Returns whether the best running sequence could still become better than the worst finished sequence, bool [prompts, 1].
    /// </summary>
    private Tensor MayImprove(Tensor before, BeamSet running, BeamSet finished, int length)
    {
        var reach = (_earlyStopping == BeamEarlyStopping.Never && _lengthPenalty > 0 ? _plan.MaxLength : length) - _plan.PromptLength;
        var best = running.Scores.narrow(1, 0, 1) / Math.Pow(reach, _lengthPenalty);
        var worst = where(finished.IsFinished, finished.Scores.amin([1], keepdim: true), full_like(finished.Scores, Excluded));
        return before.logical_and(best.gt(worst).any(-1, true));
    }

    private GenerationOutput Best(BeamSet finished)
    {
        var returned = _plan.NumReturnSequences;
        var longest = finished.Lengths.narrow(1, 0, returned).max().item<long>();
        return new GenerationOutput
        {
            Sequences = finished.Sequences.narrow(1, 0, returned).flatten(0, 1).narrow(1, 0, _plan.PromptLength + longest).clone(),
            SequencesScores = finished.Scores.narrow(1, 0, returned).flatten().clone(),
            PromptLength = _plan.PromptLength,
            Scores = _kept.Scores,
            Logits = _kept.Logits,
        }.MoveToOuterDisposeScope();
    }

    private static void Replace(ref BeamSet old, BeamSet next)
    {
        old.Dispose();
        old = next.MoveToOuterDisposeScope();
    }
}
