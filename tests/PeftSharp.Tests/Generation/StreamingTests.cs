using PeftSharp.Generation;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Generation;

/// <summary>Text is streamed in whole characters and completely, and the reader or the caller can stop it.</summary>
public sealed class StreamingTests : IDisposable
{
    private const string Text = " Grüße, 世界 🙂🙃 naïve café — end";
    private readonly TinyWriter _tiny = new();
    private readonly int[] _prompt;
    private readonly int[] _tokens;

    public StreamingTests() => (_prompt, _tokens) = (_tiny.Ids("Say:"), _tiny.Ids(Text));

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public async Task Pieces_are_whole_characters_and_join_to_the_decoded_text()
    {
        _tokens.Length.Should().BeGreaterThan(Text.EnumerateRunes().Count() / 2);
        _tokens.Select(id => _tiny.Tokenizer.Decode([id]))
            .Should().Contain(token => token.Contains('\uFFFD'), "the text has characters of several tokens");
        var pieces = new List<string>();
        await foreach (var piece in _tiny.Model.GenerateStreamAsync(
            _prompt, _tiny.Tokenizer, new GenerationOptions(TinyWriter.Script(_prompt, _tokens))))
            pieces.Add(piece);
        Assert.Equal(Text, string.Concat(pieces));
        pieces.Should().HaveCountGreaterThan(10, "the text comes piece by piece");
        foreach (var piece in pieces)
        {
            piece.Should().NotBeEmpty().And.NotContain("\uFFFD");
            foreach (var (index, character) in piece.Index().Where(pair => char.IsSurrogate(pair.Item)))
                Assert.True(char.IsSurrogatePair(piece, char.IsHighSurrogate(character) ? index : index - 1),
                    $"The character at {index} of '{piece}' is half of a pair.");
        }
    }

    [Fact]
    public async Task A_text_that_ends_within_a_character_ends_with_a_replacement_character()
    {
        var half = _tiny.Ids("🙂")[..^1];
        var pieces = new List<string>();
        await foreach (var piece in _tiny.Model.GenerateStreamAsync(
            _prompt, _tiny.Tokenizer, new GenerationOptions(TinyWriter.Script(_prompt, half))))
            pieces.Add(piece);
        Assert.Equal(_tiny.Tokenizer.Decode(half), string.Concat(pieces));
        Assert.Contains('\uFFFD', pieces[^1]);
    }

    [Fact]
    public async Task Special_tokens_are_left_out_unless_requested()
    {
        int[] tokens = [.. _tiny.Ids(" one"), _tiny.Eos];
        var (without, with) = ("", "");
        await foreach (var piece in _tiny.Model.GenerateStreamAsync(
            _prompt, _tiny.Tokenizer, new GenerationOptions(TinyWriter.Script(_prompt, tokens))))
            without += piece;
        await foreach (var piece in _tiny.Model.GenerateStreamAsync(
            _prompt, _tiny.Tokenizer, new GenerationOptions(TinyWriter.Script(_prompt, tokens)), skipSpecialTokens: false))
            with += piece;
        Assert.Equal(" one", without);
        Assert.Equal(" one" + _tiny.Tokenizer.EosToken, with);
    }

    [Theory]
    [InlineData(true, Text)]
    [InlineData(false, "Say:" + Text)]
    public void A_callback_gets_the_same_text_with_or_without_the_prompt(bool skipPrompt, string expected)
    {
        var text = "";
        var streamer = new TextStreamer(_tiny.Tokenizer, piece => text += piece, skipPrompt);
        using var ids =
            _tiny.Model.Generate(_prompt, new GenerationOptions(TinyWriter.Script(_prompt, _tokens)) { Streamer = streamer }).Sequences;
        Assert.Equal(expected, text);
    }

    [Fact]
    public void A_custom_streamer_gets_the_prompt_then_each_token_then_the_end()
    {
        var streamer = new Recorder();
        using var ids =
            _tiny.Model.Generate(_prompt, new GenerationOptions(TinyWriter.Script(_prompt, _tokens)) { Streamer = streamer }).Sequences;
        streamer.Given.Should().BeEquivalentTo([_prompt, .. _tokens.Select(id => new[] { id })], options => options.WithStrictOrdering());
        Assert.Equal(1, streamer.Ends);
    }

    [Fact]
    public async Task The_model_stops_when_the_reader_stops()
    {
        var calls = CountCalls();
        await foreach (var _ in _tiny.Model.GenerateStreamAsync(
            _prompt, _tiny.Tokenizer, new GenerationOptions(TinyWriter.Script(_prompt, _tokens))))
            break;
        var atTheEnd = calls();
        atTheEnd.Should().BeInRange(1, _tokens.Length - 1);
        await Task.Delay(50);
        Assert.Equal(atTheEnd, calls());
    }

    [Fact]
    public async Task Cancelling_ends_the_enumeration_and_the_model()
    {
        using var cancel = new CancellationTokenSource();
        var calls = CountCalls();
        var read = 0;
        await FluentActions.Awaiting(async () =>
        {
            await foreach (var _ in _tiny.Model.GenerateStreamAsync(
                _prompt, _tiny.Tokenizer, new GenerationOptions(TinyWriter.Script(_prompt, _tokens)), cancellationToken: cancel.Token))
                if (++read == 3) await cancel.CancelAsync();
        }).Should().ThrowAsync<OperationCanceledException>();
        calls().Should().BeInRange(3, _tokens.Length - 1);
    }

    [Fact]
    public async Task Errors_reach_the_reader()
    {
        var tooLong = await FluentActions.Awaiting(async () =>
        {
            await foreach (var _ in _tiny.Model.GenerateStreamAsync(new int[TinyWriter.Positions + 1], _tiny.Tokenizer)) { }
        }).Should().ThrowExactlyAsync<ArgumentException>();
        tooLong.Which.Message.Should().Contain($"{TinyWriter.Positions} positions");
        var beams = await FluentActions.Awaiting(async () =>
        {
            await foreach (var _ in _tiny.Model.GenerateStreamAsync(_prompt, _tiny.Tokenizer, new GenerationOptions { NumBeams = 2 })) { }
        }).Should().ThrowExactlyAsync<ArgumentException>();
        beams.Which.Message.Should().Contain("2 beams and 1 returned sequence for each prompt");
    }

    [Fact]
    public async Task Streams_leave_no_tensor_behind()
    {
        async Task Read()
        {
            await foreach (var _ in _tiny.Model.GenerateStreamAsync(
                _prompt, _tiny.Tokenizer, new GenerationOptions { MaxNewTokens = 6, DoSample = true }))
            {
            }
        }
        await Read();
        Collect();
        var before = Tensor.TotalCount;
        for (var text = 0; text < 10; text++) await Read();
        Tensor.TotalCount.Should().BeLessThanOrEqualTo(before);      // counts all threads, because the model runs on its own thread
    }

    /// <summary>Prevents that a tensor of another test is finalized meanwhile.</summary>
    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private Func<int> CountCalls()
    {
        var calls = 0;
        _tiny.Model.register_forward_hook((_, _, _, output) =>
        {
            Interlocked.Increment(ref calls);
            return output;
        });
        return () => calls;
    }

    private sealed class Recorder : BaseStreamer
    {
        internal List<int[]> Given { get; } = [];
        internal int Ends { get; private set; }
        public override void Put(IReadOnlyList<int> tokenIds) => Given.Add([.. tokenIds]);
        public override void Finish() => Ends++;
    }
}
