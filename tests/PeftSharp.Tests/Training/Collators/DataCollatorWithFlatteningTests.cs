using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Tests.Tuners;
using PeftSharp.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training.Collators;

/// <summary>Packed batches have the numbers of transformers, and a model computes the same for them as for separate rows.</summary>
public sealed class DataCollatorWithFlatteningTests : IDisposable
{
    private const string Kind = "flattening";
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string> Cases => RecordedCollator.Names(Kind);

    [Theory, MemberData(nameof(Cases))]
    public void A_batch_is_the_recorded_one(string name)
    {
        var recorded = RecordedCollator.Open(Kind, name);
        using var batch = new DataCollatorWithFlattening().Collate(recorded.Rows);
        recorded.AssertIs(batch);
    }

    [Fact]
    public void Packed_texts_get_the_logits_and_the_loss_of_separate_rows()
    {
        using var model = TinyModels.Gpt2();
        using var free = no_grad();
        int[][] texts = [[5, 6, 7, 8, 9, 10], [11, 12], [13, 14, 15]];
        using var packed = new DataCollatorWithFlattening().Collate(Dataset.FromDict(("input_ids", texts)).ToArray());
        var together = model.call(packed);
        var (begin, sum) = (0, 0.0);
        foreach (var text in texts)
        {
            using var alone = new ModelInputs { InputIds = tensor(text.Select(id => (long)id).ToArray()).unsqueeze(0) };
            alone.Labels = alone.InputIds.alias();
            var answer = model.call(alone);
            Close.Equal(answer.Logits!, together.Logits!.narrow(1, begin, text.Length), 1e-5, $"text at {begin}");
            begin += text.Length;
            sum += answer.Loss!.item<float>() * (text.Length - 1);
        }
        // The last token of a text does not predict the first token of the next text.
        ((double)together.Loss!.item<float>()).Should().BeApproximately(sum / (begin - texts.Length), 1e-5);
    }

    [Fact]
    public void Labels_of_another_length_and_rows_without_ids_are_errors()
    {
        var uneven = Dataset.FromDict(("input_ids", new[] { new[] { 5, 6, 7 } }), ("labels", new[] { new[] { 5, 6 } })).ToArray();
        FluentActions.Invoking(() => new DataCollatorWithFlattening().Collate(uneven))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("3 'input_ids' and 2 'labels'");
        var without = Dataset.FromDict(("text", new[] { "a" })).ToArray();
        FluentActions.Invoking(() => new DataCollatorWithFlattening().Collate(without))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("input_ids");
    }
}
