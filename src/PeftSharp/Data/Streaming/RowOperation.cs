using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>An operation on one stream.</summary>
internal abstract class RowOperation(RowSource input) : RowSource
{
    internal RowSource Input => input;

    internal override int NumShards => input.NumShards;

    internal override IEnumerable<StreamSeed> Seeds => input.Seeds;

    internal override RowSource Unshuffled => WithInput(input.Unshuffled);

    internal sealed override string Description => $"{input.Description} | {OwnDescription}";

    private protected abstract string OwnDescription { get; }

    /// <summary>Returns the same operation on another stream.</summary>
    private protected abstract RowSource WithInput(RowSource input);

    internal override RowSource? WithShuffledShards(NumpyRandom random) =>
        input.WithShuffledShards(random) is { } shuffled ? WithInput(shuffled) : null;

    internal override RowSource Shard(int count, int index) => WithInput(input.Shard(count, index));
}
