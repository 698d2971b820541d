using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Greedy decoding and sampling: generates one token per row at a time, until all rows are finished.</summary>
internal static class TokenLoop
{
    internal static GenerationOutput Run(
        GenerationPlan plan, ProcessorChain processors, CriteriaChain criteria, BaseStreamer? streamer, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var model = new NextTokenScores(plan);
        var rows = plan.Prompts * plan.RowsPerPrompt;
        var length = plan.PromptLength;
        var sequences = full([rows, plan.MaxLength], plan.Pad ?? 0, ScalarType.Int64, plan.PromptIds.device);
        sequences.narrow(1, 0, length).copy_(plan.PromptIds.repeat_interleave(plan.RowsPerPrompt, 0));
        var running = ones([rows], ScalarType.Bool, sequences.device);
        var kept = new StepScores(plan.Options);
        streamer?.Put(Row(sequences, 0, length));
        for (var isDone = false; !isDone; length++)
        {
            cancel.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            var soFar = sequences.narrow(1, 0, length);
            var scores = kept.AddScores(
                processors.Process(soFar, kept.AddLogits(length == plan.PromptLength ? model.Prefill() : model.Next(soFar))));
            var next = plan.DoSample ? Draw(scores, plan.Generator) : MostLikely(scores);
            if (plan.Pad is { } pad) next = where(running, next, full_like(next, pad));               // finished rows are padded
            sequences.select(1, length).copy_(next);
            running.logical_and_(criteria.IsDone(sequences.narrow(1, 0, length + 1)).logical_not());
            streamer?.Put(Row(sequences, length, 1));
            isDone = !running.any().item<bool>();
        }
        streamer?.Finish();
        return new GenerationOutput
        {
            Sequences = sequences.narrow(1, 0, length).clone(), PromptLength = plan.PromptLength, Scores = kept.Scores,
            Logits = kept.Logits,
        }.MoveToOuterDisposeScope();
    }

    private static Tensor MostLikely(Tensor scores)
    {
        var best = scores.argmax(-1);
        ScoreCheck.RequireFinite(scores.gather(1, best.unsqueeze(1)));
        return best;
    }

    private static Tensor Draw(Tensor scores, Generator? generator)
    {
        ScoreCheck.RequireFinite(scores.amax([-1]));
        return multinomial(scores.softmax(-1), 1, replacement: false, generator).squeeze(1);
    }

    private static int[] Row(Tensor sequences, int start, int count) =>
        [.. sequences[0].narrow(0, start, count).cpu().data<long>().Select(id => (int)id)];
}
