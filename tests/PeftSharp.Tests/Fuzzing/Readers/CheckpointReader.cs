using PeftSharp.Tests.Training;
using PeftSharp.Training;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The files of a checkpoint of the trainer, which is resumed.</summary>
internal sealed class CheckpointReader : FuzzReader
{
    private const string Folder = "checkpoint-2";
    private readonly WeightsReader _weights = new();

    internal override int ShortCount => 30;

    protected override IEnumerable<FuzzSeed> CreateSeeds()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        TinyRun.Trainer(Arguments(folder.Path), evaluation: TinyRun.Rows(4), dropout: 0.1).Train();
        return [.. Directory.GetFiles(folder.File(Folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
            .Where(name => name is not "model.safetensors" and not "config.json")
            .Select(name => FuzzSeed.OfFolder(folder.Path, Path.Combine(Folder, name)))];
    }

    private static TrainingArguments Arguments(string folder) => new(folder)
    {
        UseCpu = true, LearningRate = 1e-2, PerDeviceTrainBatchSize = 2, MaxSteps = 3, LoggingSteps = 1, SaveSteps = 2,
        EvalStrategy = IntervalStrategy.Steps, EvalSteps = 1, LoadBestModelAtEnd = false, MetricForBestModel = "loss",
    };

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) =>
        seed.FileName.EndsWith(".json", StringComparison.Ordinal) ? JsonMutator.Mutate(random, seed) : _weights.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        using var scope = NewDisposeScope();
        var checkpoint = Path.Combine(folder, Folder);
        TinyRun.Trainer(Arguments(folder), evaluation: TinyRun.Rows(4), dropout: 0.1).Train(checkpoint);
    }
}
