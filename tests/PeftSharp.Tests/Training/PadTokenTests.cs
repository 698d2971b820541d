using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Gpt2;
using PeftSharp.Tests.Prediction;
using PeftSharp.Training;
using PeftSharp.Tuners;

namespace PeftSharp.Tests.Training;

/// <summary>A decoder that classifies texts gets the padding token of the trainer's tokenizer, as in transformers.</summary>
public sealed class PadTokenTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public void A_decoder_without_a_padding_token_is_trained_with_that_of_the_tokenizer(bool withAdapter)
    {
        var tokenizer = Recorded.BytesTokenizer();
        tokenizer.PadToken = tokenizer.EosToken ?? tokenizer.Decode([0]);
        using var model = AutoModelForSequenceClassification.FromConfig(
            new Gpt2Config { VocabSize = 400, NPositions = 16, NEmbd = 8, NLayer = 1, NHead = 2, EosTokenId = [0], BosTokenId = 0 });
        var trained = withAdapter ? model.GetPeftModel(new LoraConfig { TaskType = TaskType.SeqCls, R = 2 }) : model;
        var data = Dataset.FromDict(("text", new[] { "a b c", "a" }), ("label", new[] { 0, 1 })).Tokenize(tokenizer, "text", maxLength: 8);
        new Trainer(trained, TinyRun.Arguments(_folder) with { MaxSteps = 1 }, data, tokenizer: tokenizer).Train();
        model.Config.PadTokenId.Should().Be(tokenizer.PadTokenId);
    }
}
