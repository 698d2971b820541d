using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Computes the logits of the next token with a model and its key-value cache.</summary>
internal sealed class NextTokenScores : IDisposable
{
    private readonly GenerationPlan _plan;
    private readonly KeyValueCache? _cache;
    private readonly ForwardOptions _options;
    private readonly Tensor? _mask;              // [rows, maximum tokens]: the prompt's mask, then ones
    private readonly Tensor? _positions;         // [rows, maximum tokens]: counted from the first token that is not padding
    private readonly bool _readsPositions;
    private readonly int _leastPadding;          // padding tokens of the longest row
    private int _seen;

    internal NextTokenScores(GenerationPlan plan)
    {
        _plan = plan;
        _readsPositions = plan.Model.InputNames.Contains("position_ids");
        if (plan.UseCache && plan.Model.SupportsCache) _cache = new KeyValueCache(plan.MaxLength + plan.VirtualTokens);
        _options = new ForwardOptions
        {
            PastKeyValues = _cache,
            LogitsToKeep = plan.Model.OptionNames.Contains("logits_to_keep") ? 1 : 0,
            AdapterNames = plan.Adapters,
            AreInputsChecked = true,            // the plan has checked the prompt, and every generated id is an index of the scores
        };
        if (plan.PromptMask is not { } prompt) return;
        _mask = cat([prompt, ones([prompt.shape[0], plan.MaxLength - plan.PromptLength], ScalarType.Int64, prompt.device)], 1);
        _positions = (_mask.cumsum(1) - 1).clamp_min(0);
        _leastPadding = plan.PromptLength - (int)prompt.sum(1).max().item<long>();
    }

    /// <summary>Processes the prompts. Each prompt is processed once for all its rows.</summary>
    /// <returns>The logits, float32 [prompts × rows per prompt, vocabulary].</returns>
    internal Tensor Prefill()
    {
        using var scope = NewDisposeScope();
        var scores = Call(_plan.PromptIds, repeats: 1);
        if (_plan.RowsPerPrompt == 1) return scores.MoveToOuterDisposeScope();
        var rows = arange(_plan.Prompts, ScalarType.Int64, scores.device).repeat_interleave(_plan.RowsPerPrompt);
        _cache?.SelectRows(rows);
        return scores.index_select(0, rows).MoveToOuterDisposeScope();
    }

    /// <summary>Processes one more token of each row.</summary>
    /// <param name="sequences">All tokens so far, int64 [rows, tokens].</param>
    /// <returns>The logits, float32 [rows, vocabulary].</returns>
    internal Tensor Next(Tensor sequences)
    {
        using var scope = NewDisposeScope();
        if (_cache is not null && CacheExpires((int)sequences.shape[1]))
        {
            _cache.Crop(0);
            _seen = 0;
        }
        var ids = _cache is null ? sequences : sequences.narrow(1, _seen, sequences.shape[1] - _seen);
        return Call(ids, _plan.RowsPerPrompt).MoveToOuterDisposeScope();
    }

    /// <summary>Whether the rotary frequencies of all tokens change with this number of tokens (LongRoPE).</summary>
    private bool CacheExpires(int length) =>
        _plan.Model.CacheValidLength is { } limit && Longest(_seen) <= limit && Longest(length) > limit;

    /// <summary>The number of positions of the longest row.</summary>
    private int Longest(int length) => length + _plan.VirtualTokens - _leastPadding;

    /// <summary>Selects the rows of the cache to continue. A row must be replaced by a row of the same prompt.</summary>
    internal void SelectRows(Tensor rows) => _cache?.SelectRows(rows);

    public void Dispose() => _cache?.Dispose();

    private Tensor Call(Tensor ids, int repeats)
    {
        using var scope = NewDisposeScope();
        var begin = _cache is null ? 0 : _seen;
        _seen = begin + (int)ids.shape[1];
        var inputs = new ModelInputs { InputIds = ids };          // not disposed: others own the tensors
        if (_mask is not null) inputs.AttentionMask = _mask.narrow(1, 0, _seen).repeat_interleave(repeats, 0);
        if (_positions is not null && _readsPositions)
            inputs.PositionIds = _positions.narrow(1, begin, _seen - begin).repeat_interleave(repeats, 0);
        var logits = _plan.Model.call(inputs, _options with { RowsPerAdapterName = repeats }).Logits!;
        return logits.select(1, logits.shape[1] - 1).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
