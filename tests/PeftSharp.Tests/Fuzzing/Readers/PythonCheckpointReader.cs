using PeftSharp.Tests.Training;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The state files of a checkpoint of transformers' trainer, which is resumed.</summary>
internal sealed class PythonCheckpointReader : FuzzReader
{
    private static readonly string[] _runs = [PythonRun.Dropout, PythonRun.Plateau, PythonRun.Lora];
    private readonly PyTorchFileReader _files = new();

    internal override int ShortCount => 60;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
        from run in _runs
        from file in new[] { "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json" }
        select FuzzSeed.OfFolder(
            FuzzFixtures.At("checkpoints"), Path.Combine(run, file), other => other.StartsWith(run + Path.DirectorySeparatorChar));

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) =>
        seed.FileName.EndsWith(".json", StringComparison.Ordinal) ? JsonMutator.Mutate(random, seed) : _files.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        using var scope = NewDisposeScope();
        var run = new PythonRun(Path.GetFileName(Path.GetDirectoryName(file))!);
        var output = Path.Combine(folder, "output");
        run.Trainer(run.Arguments(output) with { MaxSteps = run.Step + 1 }).Train(Path.Combine(folder, run.Name));
    }
}
