using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Tests.Tuners;
using PeftSharp.Training;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>A small BERT, rows that it can learn from, and arguments that keep the run on the device of the tests.</summary>
internal static class TinyRun
{
    internal const int Vocabulary = 31, Positions = 12;

    /// <param name="dropout">
    /// Dropout probability of all layers. Ignored on a GPU, whose random state is not in checkpoints and is not seeded by TorchSharp's
    /// <c>manual_seed</c>.
    /// </param>
    /// <param name="labels">Classes of the head.</param>
    /// <param name="width">Width of the hidden states.</param>
    /// <param name="problem">Problem type of the configuration.</param>
    internal static PretrainedModel Model(double dropout = 0, int labels = 2, int width = 16, ProblemType? problem = null)
    {
        manual_seed(1);
        if (!TestDevice.IsCpu) dropout = 0;
        return AutoModelForSequenceClassification.FromConfig(new BertConfig
        {
            VocabSize = Vocabulary, HiddenSize = width, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = width + 8,
            MaxPositionEmbeddings = Positions, HiddenDropoutProb = dropout, AttentionProbsDropoutProb = dropout, NumLabels = labels,
            ProblemType = problem,
        });
    }

    /// <summary>Rows of 4 to 8 tokens, the first of which determines the label.</summary>
    internal static Dataset Rows(int count, int labels = 2)
    {
        var random = new Random(7);
        return Dataset.FromList(Enumerable.Range(0, count).Select(row => Row(
            [5 + row % labels, .. Enumerable.Range(0, random.Next(3, 8)).Select(_ => (long)random.Next(10, Vocabulary))],
            (long)(row % labels))));
    }

    internal static Dictionary<string, object?> Row(long[] ids, object? label) =>
        new() { ["input_ids"] = ids, ["attention_mask"] = Enumerable.Repeat(1L, ids.Length).ToArray(), ["labels"] = label };

    internal static TrainingArguments Arguments(TemporaryFolder folder) => new(folder.Path)
    {
        UseCpu = TestDevice.IsCpu, LearningRate = 1e-2, PerDeviceTrainBatchSize = 2, NumTrainEpochs = 2, LoggingSteps = 1,
        SaveStrategy = SaveStrategy.No,
    };

    internal static Trainer Trainer(
        TrainingArguments args, Dataset? train = null, Dataset? evaluation = null, double dropout = 0,
        ComputeMetrics? computeMetrics = null, params TrainerCallback[] callbacks) =>
        new(
            Model(dropout), args, train ?? Rows(8), evaluation, new DataCollatorWithPadding(padTokenId: 0), computeMetrics: computeMetrics,
            callbacks: callbacks);

    internal static Dictionary<string, Tensor> Bits(TorchSharp.torch.nn.Module model) =>
        model.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().cpu().clone());

    internal static void AssertSameBits(IReadOnlyDictionary<string, Tensor> expected, TorchSharp.torch.nn.Module model)
    {
        var found = model.state_dict();
        found.Keys.Should().Equal(expected.Keys);
        foreach (var (name, tensor) in expected) TinyModels.AssertSameBits(tensor, found[name], name);
    }
}
