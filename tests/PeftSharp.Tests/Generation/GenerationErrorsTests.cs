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
        Says<ArgumentException>(() => _tiny.Model.Generate(new int[TinyWriter.Positions + 1]), "has 65 tokens", "64 positions", "Truncate");
        Says<ArgumentException>(() => _tiny.Model.Generate(new int[60], maxNewTokens: 10), "60 tokens", "10 new", "64 positions", "at most 5 new tokens");
        Says<ArgumentException>(() => _tiny.Model.Generate(new int[9], maxLength: 9), "9 tokens", "max_length is 9");
        using var fits = _tiny.Model.Generate(new int[60], maxNewTokens: 5, minNewTokens: 5);
        Assert.Equal(65, fits.shape[1]);               // the last token needs no position: nobody reads it
    }

    [Fact]
    public void An_empty_prompt()
    {
        Says<ArgumentException>(() => _tiny.Model.Generate(Array.Empty<int>()), "no token", "[1, 0]", $"bos_token_id {_tiny.Eos}");
        Says<ArgumentException>(() => _tiny.Model.Generate(zeros([0, 3], ScalarType.Int64)), "[0, 3]");
        Says<ArgumentException>(() => _tiny.Model.Generate(new ModelInputs()), "input_ids");
    }

    [Fact]
    public void Uneven_prompts_that_nobody_filled_or_that_nothing_can_fill_or_that_were_filled_on_the_wrong_side()
    {
        string[] texts = ["one", "one and two and three"];
        Says<ArgumentException>(() => _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts)), "padding: true", "PaddingSide.Left");
        Says<ArgumentException>(() => _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts, padding: true)), "no padding token", "tokenizer.PadToken = tokenizer.EosToken");
        _tiny.Tokenizer.PadToken = _tiny.Tokenizer.EosToken;
        Says<ArgumentException>(() => _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts, padding: true)), "ends with padding", "PaddingSide.Left");
        _tiny.Tokenizer.PaddingSide = PaddingSide.Left;
        using var rows = _tiny.Model.Generate(_tiny.Tokenizer.Encode(texts, padding: true), maxNewTokens: 2);
        Assert.Equal(2, rows.shape[0]);
    }

    [Fact]
    public void Rows_that_may_end_one_by_one_where_no_token_fills_the_short_ones()
    {
        _tiny.Model.GenerationConfig = new GenerationConfig();
        Says<ArgumentException>(() => _tiny.Model.Generate(tensor(new long[,] { { 5 }, { 6 } }), stoppingCriteria: [new EosTokenCriteria([3])]), "2 texts", "padTokenId");
    }

    [Fact]
    public void Ids_that_are_no_tokens_and_masks_that_do_not_fit()
    {
        Says<DatasetException>(() => _tiny.Model.Generate(new[] { 5, 9999 }), "9999", "[0, 1]", "vocab_size");
        Says<ArgumentException>(() => _tiny.Model.Generate(tensor(new float[,] { { 5, 6 } })), "Float32", "int64");
        Says<ArgumentException>(() => _tiny.Model.Generate(new ModelInputs { InputIds = tensor(new long[,] { { 5, 6 } }), AttentionMask = tensor(new long[,] { { 1 } }) }), "attention_mask is [1, 1]", "[1, 2]");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, eosTokenId: 9999), "eos_token_id is 9999", $"{_tiny.Tokenizer.Count} tokens");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, padTokenId: 9999), "pad_token_id is 9999");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationConfig { ForcedBosTokenId = 9999 }), "forced_bos_token_id is 9999");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, badWordsIds: [[9999]]), "9999", "tokenizer");
    }

    [Fact]
    public void Options_that_contradict_each_other_are_all_named_at_once()
    {
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, temperature: 0.7, topP: 0.9, lengthPenalty: 2, earlyStopping: true, maxNewTokens: 5, maxLength: 9),
            "temperature", "top_p", "length_penalty", "early_stopping", "doSample: true", "numBeams: 4", "max_new_tokens and max_length");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, doSample: true, temperature: 0, topP: 1.5, topK: -1, numBeams: 0), "temperature is 0", "top_p is 1.5", "top_k is -1", "num_beams is 0");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, numBeams: 2, numReturnSequences: 3), "num_return_sequences is 3", "2 beams");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, numReturnSequences: 3), "num_return_sequences is 3", "do_sample or num_beams");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, minNewTokens: 9, maxNewTokens: 5), "min_new_tokens is 9", "max_new_tokens is 5");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationConfig { MinLength = 30, MaxNewTokens = 5 }), "at least 30", "at most 6");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, stopStrings: ["x"]), "stop_strings", "pass tokenizer");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, stopStrings: ["x", ""], tokenizer: _tiny.Tokenizer), "empty string");
        Says<ArgumentException>(() => _tiny.Model.Generate(new[] { 5 }, numBeams: 2, streamer: new TextStreamer(_tiny.Tokenizer, _ => { })), "one text", "2 beam(s)");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void Where_no_token_may_come_or_the_scores_are_no_numbers_it_is_said(int beams, bool draws)
    {
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, new GenerationConfig { SuppressTokens = [.. Enumerable.Range(0, _tiny.Tokenizer.Count)] }, numBeams: beams, doSample: draws), "forbid all", "suppress_tokens");
        using (no_grad()) _tiny.Model.parameters().First().fill_(float.NaN);
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, numBeams: beams, doSample: draws), "not finite", "weights");
    }

    [Fact]
    public void Rules_of_ones_own_that_answer_nonsense()
    {
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, prefixAllowedTokensFn: (_, _) => []), "prefixAllowedTokensFn", "row 0");
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, prefixAllowedTokensFn: (_, _) => [6, 9999]), "9999", "vocabulary");
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, logitsProcessor: [new TooFew()]), nameof(TooFew), "[1, 5]", $"[1, {_tiny.Tokenizer.Count}]");
        Says<InvalidOperationException>(() => _tiny.Model.Generate(new[] { 5 }, stoppingCriteria: [new TooMany()]), nameof(TooMany), "[3]", "[1]");
    }

    [Fact]
    public void A_model_without_a_head_that_scores_tokens()
    {
        using var body = AutoModel.FromConfig(_tiny.Model.Config);
        Says<ArgumentException>(() => body.Generate(new[] { 5 }), "GPT2Model", "AutoModelForCausalLM");
    }

    private static void Says<TError>(Func<object> call, params string[] words) where TError : Exception
    {
        var error = Assert.Throws<TError>(() => call());
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
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
