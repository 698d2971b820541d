using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Generation;

/// <summary>Bad prompts, options and rules get an error that names the thing, its value and the way out, before native code sees them.</summary>
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
    public void A_prompt_longer_than_the_positions_and_an_answer_that_goes_beyond_them()
    {
        Says<ArgumentException>(() => _tiny.Model.Generate(new int[TinyWriter.Positions + 1]).Sequences, "has 65 tokens", "64 positions", "Truncate");
        Says<ArgumentException>(() => _tiny.Model.Generate(new int[60], new GenerationOptions { MaxNewTokens = 10 }).Sequences, "60 tokens", "10 new", "64 positions", "at most 5 new tokens");
        Says<ArgumentException>(() => _tiny.Model.Generate(new int[9], new GenerationOptions { MaxLength = 9 }).Sequences, "9 tokens", "max_length is 9");
        using var fits = _tiny.Model.Generate(new int[60], new GenerationOptions { MaxNewTokens = 5, MinNewTokens = 5 }).Sequences;
        Assert.Equal(65, fits.shape[1]);               // the last token needs no position: nobody reads it
    }

    [Fact]
    public void An_empty_prompt()
    {
        Says<ArgumentException>(() => _tiny.Model.Generate(Array.Empty<int>()).Sequences, "prompt is empty", "[1, 0]", $"bos_token_id {_tiny.Eos}");
        Says<ArgumentException>(() => _tiny.Model.Generate(zeros([0, 3], ScalarType.Int64)).Sequences, "[0, 3]");
        Says<ArgumentException>(() => _tiny.Model.Generate(new ModelInputs()).Sequences, "input_ids");
    }

    [Fact]
    public void Uneven_prompts_that_nobody_filled_or_that_nothing_can_fill_or_that_were_filled_on_the_wrong_side()
    {
        string[] texts = ["one", "one and two and three"];
        Says<ArgumentException>(() => _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts)).Sequences, "padding: true", "PaddingSide.Left");
        Says<ArgumentException>(() => _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts, padding: true)).Sequences, "no padding token", "tokenizer.PadToken = tokenizer.EosToken");
        _tiny.Tokenizer.PadToken = _tiny.Tokenizer.EosToken;
        Says<ArgumentException>(() => _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts, padding: true)).Sequences, "ends with padding", "PaddingSide.Left");
        _tiny.Tokenizer.PaddingSide = PaddingSide.Left;
        using var rows = _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts, padding: true), new GenerationOptions { MaxNewTokens = 2 }).Sequences;
        Assert.Equal(2, rows.shape[0]);
    }

    [Fact]
    public void Rows_that_may_end_one_by_one_where_no_token_fills_the_short_ones()
    {
        _tiny.Model.GenerationConfig = new GenerationConfig();
        Says<ArgumentException>(() => _tiny.Model.Generate(tensor(new long[,] { { 5 }, { 6 } }), new GenerationOptions { StoppingCriteria = [new EosTokenCriteria([3])] }).Sequences, "2 sequences", "PadTokenId");
    }

    [Fact]
    public void Ids_that_are_no_tokens_and_masks_that_do_not_fit()
    {
        Says<DatasetException>(() => _tiny.Model.Generate(new[] { 5, 9999 }).Sequences, "9999", "[0, 1]", "vocab_size");
        Says<ArgumentException>(() => _tiny.Model.Generate(tensor(new float[,] { { 5, 6 } })).Sequences, "Float32", "int64");
        Says<ArgumentException>(() => _tiny.Model.Generate(new ModelInputs { InputIds = tensor(new long[,] { { 5, 6 } }), AttentionMask = tensor(new long[,] { { 1 } }) }).Sequences, "attention_mask has shape [1, 1]", "[1, 2]");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { EosTokenId = [9999] }).Sequences, "eos_token_id is 9999", $"{_tiny.Tokenizer.Count} tokens");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { PadTokenId = 9999 }).Sequences, "pad_token_id is 9999");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { ForcedBosTokenId = 9999 }).Sequences, "forced_bos_token_id is 9999");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { BadWordsIds = [[9999]] }).Sequences, "9999", "tokenizer");
    }

    [Fact]
    public void Options_that_contradict_each_other_are_all_named_at_once()
    {
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { Temperature = 0.7, TopP = 0.9, LengthPenalty = 2, EarlyStopping = true, MaxNewTokens = 5, MaxLength = 9 }).Sequences,
            "temperature", "top_p", "length_penalty", "early_stopping", "DoSample = true", "NumBeams = 4", "max_new_tokens and max_length");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { DoSample = true, Temperature = 0, TopP = 1.5, TopK = -1, NumBeams = 0 }).Sequences, "temperature is 0", "top_p is 1.5", "top_k is -1", "num_beams is 0");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { NumBeams = 2, NumReturnSequences = 3 }).Sequences, "num_return_sequences is 3", "num_beams (2)");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { NumReturnSequences = 3 }).Sequences, "num_return_sequences is 3", "do_sample or num_beams");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { MinNewTokens = 9, MaxNewTokens = 5 }).Sequences, "min_new_tokens is 9", "max_new_tokens is 5");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { MinLength = 30, MaxNewTokens = 5 }).Sequences, "at least 30", "at most 6");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { StopStrings = ["x"] }).Sequences, "stop_strings", "Set Tokenizer");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { StopStrings = ["x", ""], Tokenizer = _tiny.Tokenizer }).Sequences, "empty string");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { NumBeams = 2, Streamer = new TextStreamer(_tiny.Tokenizer, _ => { }) }).Sequences, "one sequence", "2 beam(s)");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void Where_no_token_may_come_or_the_scores_are_no_numbers_it_is_said(int beams, bool draws)
    {
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { SuppressTokens = [.. Enumerable.Range(0, _tiny.Tokenizer.Count)], NumBeams = beams, DoSample = draws }).Sequences, "exclude all", "suppress_tokens");
        using (no_grad()) _tiny.Model.parameters().First().fill_(float.NaN);
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { NumBeams = beams, DoSample = draws }).Sequences, "not finite", "weights");
    }

    [Fact]
    public void Rules_of_ones_own_that_answer_nonsense()
    {
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { PrefixAllowedTokens = (_, _) => [] }).Sequences, "PrefixAllowedTokens", "row 0");
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { PrefixAllowedTokens = (_, _) => [6, 9999] }).Sequences, "9999", "vocabulary");
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { LogitsProcessors = [new TooFew()] }).Sequences, nameof(TooFew), "[1, 5]", $"[1, {_tiny.Tokenizer.Count}]");
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationOptions { StoppingCriteria = [new TooMany()] }).Sequences, nameof(TooMany), "[3]", "[1]");
    }

    [Fact]
    public void A_model_without_a_head_that_scores_tokens()
    {
        using var body = AutoModel.FromConfig(_tiny.Model.Config);
        Says<ArgumentException>(() => body.Generate(new[] { 5 }).Sequences, "GPT2Model", "AutoModelForCausalLM");
    }

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
