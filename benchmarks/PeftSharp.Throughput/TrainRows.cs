using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training;
using static TorchSharp.torch;

namespace PeftSharp.Throughput;

/// <summary>Random rows for a training step: texts without padding, or images.</summary>
internal static class TrainRows
{
    private const int FirstRandomId = 1000, SmallVocabulary = 2000, FirstSmallId = 5, ImageSize = 224;

    internal static (Dataset Rows, IDataCollator Collator) For(PretrainedModel model, int count, int length)
    {
        var random = new Random(2);
        if (model.Inputs[0].Name == "pixel_values")
        {
            var images = Enumerable.Range(0, count).Select(_ => randn(3, ImageSize, ImageSize)).ToArray();
            return (Dataset.FromDict(("image", Enumerable.Range(0, count).ToArray()), ("labels", Enumerable.Repeat(1, count).ToArray())),
                new Images(images));
        }
        var vocabulary = ((TextConfig)model.Config).VocabSize;
        var ids = Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, length)
            .Select(_ => random.Next(vocabulary > SmallVocabulary ? FirstRandomId : FirstSmallId, vocabulary)).ToArray()).ToArray();
        var mask = Enumerable.Repeat(Enumerable.Repeat(1, length).ToArray(), count).ToArray();
        var rows = model.Objective is LanguageModelObjective
            ? Dataset.FromDict(("input_ids", ids), ("attention_mask", mask), ("labels", ids))
            : Dataset.FromDict(("input_ids", ids), ("attention_mask", mask), ("labels", ids.Select(_ => random.Next(2)).ToArray()));
        return (rows, new DefaultDataCollator());
    }

    /// <summary>Stacks the images of the rows, which are in memory.</summary>
    private sealed class Images(Tensor[] images) : IDataCollator
    {
        private readonly DefaultDataCollator _labels = new();

        public IReadOnlyList<string> ColumnNames { get; } = ["image"];

        public ModelInputs Collate(IReadOnlyList<Row> rows)
        {
            var inputs = _labels.Collate([.. rows.Select(row => row.RemoveColumns("image"))]);
            inputs.PixelValues = stack(rows.Select(row => images[row.GetInt64("image")]).ToArray());
            return inputs;
        }
    }
}
