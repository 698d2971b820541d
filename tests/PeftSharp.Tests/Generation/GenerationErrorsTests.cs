using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Generation;

/// <summary>
/// Invalid prompts, options and rules give an error that names the option, its value and the remedy, before native code reads them.
/// </summary>
public sealed class GenerationErrorsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TinyWriter _tiny = new();

    public void Dispose()
    {
        _tiny.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void A_prompt_or_an_answer_beyond_the_positions_is_refused()
    {
        Says<ArgumentException>(
            () => _tiny.Model.Generate(new int[TinyWriter.Positions + 1]).Sequences, "has 65 tokens", "64 positions", "Truncate");
        Says<ArgumentException>(() => _tiny.Model.Generate(new int[60], new GenerationOptions { MaxNewTokens = 10 }).Sequences, "60 tokens",
            "10 new", "64 positions", "MaxNewTokens to at most 5");
        Says<ArgumentException>(
            () => _tiny.Model.Generate(new int[9], new GenerationOptions { MaxLength = 9 }).Sequences, "9 tokens", "MaxLength is 9");
        using var fits = _tiny.Model.Generate(new int[60], new GenerationOptions { MaxNewTokens = 5, MinNewTokens = 5 }).Sequences;
        Assert.Equal(65, fits.shape[1]);               // the last token needs no position, because the model does not read it
    }

    [Fact]
    public void A_length_of_the_call_replaces_the_length_of_the_model()
    {
        _tiny.Model.GenerationConfig = new GenerationConfig { MinLength = 50, MaxNewTokens = 4, EosTokenId = [_tiny.Eos] };
        using var fewer = _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { MinNewTokens = 3 }).Sequences;
        fewer.shape[1].Should().BeInRange(4, 5);
        using var more = _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { MinNewTokens = 6, MaxLength = 8 }).Sequences;
        more.shape[1].Should().BeInRange(7, 8);
        Says<ArgumentException>(new GenerationOptions { MaxNewTokens = 5 }, "at least 50", "at most 6");
    }

    [Fact]
    public void An_empty_prompt_is_refused()
    {
        Says<ArgumentException>(
            () => _tiny.Model.Generate(Array.Empty<int>()).Sequences, "prompt is empty", "[1, 0]", $"BosTokenId {_tiny.Eos}");
        Says<ArgumentException>(() => _tiny.Model.Generate(zeros([0, 3], ScalarType.Int64)).Sequences, "[0, 3]");
        Says<ArgumentException>(() => _tiny.Model.Generate(new ModelInputs()).Sequences, "input_ids");
    }

    [Fact]
    public void Uneven_prompts_without_padding_without_a_padding_token_or_padded_on_the_right_are_refused()
    {
        string[] texts = ["one", "one and two and three"];
        Says<ArgumentException>(() => _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts)).Sequences, "padding: true", "PaddingSide.Left");
        Says<ArgumentException>(() => _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts, padding: true)).Sequences, "no padding token",
            "tokenizer.PadToken = tokenizer.EosToken");
        _tiny.Tokenizer.PadToken = _tiny.Tokenizer.EosToken;
        Says<ArgumentException>(
            () => _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts, padding: true)).Sequences, "ends with padding", "PaddingSide.Left");
        _tiny.Tokenizer.PaddingSide = PaddingSide.Left;
        using var rows =
            _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts, padding: true), new GenerationOptions { MaxNewTokens = 2 }).Sequences;
        Assert.Equal(2, rows.shape[0]);
    }

    [Fact]
    public void Rows_that_may_end_at_different_lengths_without_a_padding_token_are_refused()
    {
        _tiny.Model.GenerationConfig = new GenerationConfig();
        Says<ArgumentException>(() => _tiny.Model.Generate(tensor(new long[,] { { 5 }, { 6 } }),
            new GenerationOptions { StoppingCriteria = [new EosTokenCriteria([3])] }).Sequences, "2 sequences", "PadTokenId");
    }

    [Fact]
    public void Ids_outside_the_vocabulary_and_masks_of_another_shape_are_refused()
    {
        Says<DatasetException>(() => _tiny.Model.Generate(new[] { 5, 9999 }).Sequences, "9999", "[0, 1]", "vocab_size");
        Says<ArgumentException>(() => _tiny.Model.Generate(tensor(new float[,] { { 5, 6 } })).Sequences, "Float32", "int64");
        Says<ArgumentException>(() => _tiny.Model.Generate(
            new ModelInputs { InputIds = tensor(new long[,] { { 5, 6 } }), AttentionMask = tensor(new long[,] { { 1 } }) }).Sequences,
            "attention_mask has shape [1, 1]", "[1, 2]");
        Says<ArgumentException>(new GenerationOptions { EosTokenId = [9999] }, "EosTokenId is 9999", $"{_tiny.Tokenizer.Count} tokens");
        Says<ArgumentException>(new GenerationOptions { PadTokenId = 9999 }, "PadTokenId is 9999");
        Says<ArgumentException>(new GenerationOptions { ForcedBosTokenId = 9999 }, "ForcedBosTokenId is 9999");
        Says<ArgumentException>(new GenerationOptions { BadWordsIds = [[9999]] }, "9999", "tokenizer");
    }

    [Fact]
    public void Options_that_contradict_each_other_are_all_named_at_once()
    {
        var ofOtherStrategies = new GenerationOptions
        {
            Temperature = 0.7, TopP = 0.9, LengthPenalty = 2, EarlyStopping = true, MaxNewTokens = 5, MaxLength = 9,
        };
        Says<ArgumentException>(ofOtherStrategies, "Temperature", "TopP", "LengthPenalty", "EarlyStopping", "DoSample = true",
            "NumBeams = 4", "MaxNewTokens and MaxLength");
        Says<ArgumentException>(new GenerationOptions { DoSample = true, Temperature = 0, TopP = 1.5, TopK = -1, NumBeams = 0 },
            "Temperature is 0", "TopP is 1.5", "TopK is -1", "NumBeams is 0");
        Says<ArgumentException>(
            new GenerationOptions { NumBeams = 2, NumReturnSequences = 3 }, "NumReturnSequences is 3", "NumBeams (2)");
        Says<ArgumentException>(new GenerationOptions { NumReturnSequences = 3 }, "NumReturnSequences is 3", "DoSample or NumBeams");
        Says<ArgumentException>(new GenerationOptions { MinNewTokens = 9, MaxNewTokens = 5 }, "MinNewTokens is 9", "MaxNewTokens is 5");
        Says<ArgumentException>(new GenerationOptions { MinLength = 30, MaxNewTokens = 5 }, "at least 30", "at most 6");
        Says<ArgumentException>(new GenerationOptions { StopStrings = ["x"] }, "StopStrings", "Set Tokenizer");
        Says<ArgumentException>(new GenerationOptions { StopStrings = ["x", ""], Tokenizer = _tiny.Tokenizer }, "empty string");
        Says<ArgumentException>(
            new GenerationOptions { NumBeams = 2, Streamer = new TextStreamer(_tiny.Tokenizer, _ => { }) }, "one sequence", "2 beams");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void Options_that_exclude_every_token_and_scores_that_are_not_finite_are_errors(int beams, bool draws)
    {
        Says<InvalidOperationException>(
            new GenerationOptions { SuppressTokens = [.. Enumerable.Range(0, _tiny.Tokenizer.Count)], NumBeams = beams, DoSample = draws },
            "exclude all", "SuppressTokens");
        using (no_grad()) _tiny.Model.parameters().First().fill_(float.NaN);
        Says<InvalidOperationException>(new GenerationOptions { NumBeams = beams, DoSample = draws }, "not finite", "weights");
    }

    [Fact]
    public void Custom_rules_with_invalid_results_are_errors()
    {
        Says<InvalidOperationException>(new GenerationOptions { PrefixAllowedTokens = (_, _) => [] }, "PrefixAllowedTokens", "row 0");
        Says<InvalidOperationException>(new GenerationOptions { PrefixAllowedTokens = (_, _) => [6, 9999] }, "9999", "vocabulary");
        Says<InvalidOperationException>(
            new GenerationOptions { LogitsProcessors = [new TooFew()] }, nameof(TooFew), "[1, 5]", $"[1, {_tiny.Tokenizer.Count}]");
        Says<InvalidOperationException>(new GenerationOptions { StoppingCriteria = [new TooMany()] }, nameof(TooMany), "[3]", "[1]");
    }

    [Fact]
    public void A_model_without_a_language_model_head_is_refused()
    {
        using var body = AutoModel.FromConfig(_tiny.Model.Config);
        Says<ArgumentException>(() => body.Generate(new[] { 5 }).Sequences, "GPT2Model", "AutoModelForCausalLM");
    }

    /// <summary>A prompt of one token with these options fails, and the message contains these words.</summary>
    private void Says<TError>(GenerationOptions options, params string[] words) where TError : Exception =>
        Says<TError>(() => _tiny.Model.Generate(new[] { 5 }, options).Sequences, words);

    private static void Says<TError>(Func<object> call, params string[] words) where TError : Exception
    {
        FluentActions.Invoking(() => call()).Should().ThrowExactly<TError>().Which.Message.Should().ContainAll(words);
    }

    private sealed class TooFew : LogitsProcessor
    {
        public override Tensor Process(Tensor inputIds, Tensor scores) => scores.narrow(1, 0, 5);
    }

    private sealed class TooMany : StoppingCriteria
    {
        public override Tensor IsDone(Tensor inputIds) => zeros(3, ScalarType.Bool);
    }
}
