using PeftSharp.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Modeling;

public sealed class KeyValueCacheTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory, InlineData(null), InlineData(5L), InlineData(300L)]
    public void Pieces_are_joined_whatever_the_initial_capacity(long? maxLength)
    {
        using var cache = new KeyValueCache(maxLength);
        var pieces = new[] { 3, 1, 1, 150, 1, 90 }.Select(tokens => rand(2, 2, tokens, 4)).ToArray();
        for (var count = 1; count <= pieces.Length; count++)
        {
            var (keys, values) = cache.Update(0, pieces[count - 1], pieces[count - 1] * 2);
            Close.Equal(cat(pieces[..count], 2), keys, 0, "keys");
            Close.Equal(cat(pieces[..count], 2) * 2, values, 0, "values");
            Assert.Equal(keys.shape[2], cache.Length);
        }
    }

    [Theory, InlineData(1), InlineData(3), InlineData(70)]
    public void A_layer_with_a_window_returns_and_keeps_only_the_tokens_of_the_window(int window)
    {
        using var cache = new KeyValueCache(500);
        var pieces = new[] { 3, 1, 150, 2, 1 }.Concat(Enumerable.Repeat(1, 180)).Select(tokens => rand(2, 2, tokens, 4)).ToArray();
        var all = cat(pieces, 2);
        var length = 0L;
        foreach (var piece in pieces)
        {
            var (keys, values) = cache.Update(0, piece, piece * 2, window);
            var past = Math.Min(length, window - 1);
            var expected = all.narrow(2, length - past, past + piece.shape[2]);
            Close.Equal(expected, keys, 0, "keys");
            Close.Equal(expected * 2, values, 0, "values");
            length += piece.shape[2];
            Assert.Equal(length, cache.Length);
        }
        cache.Capacity(0).Should().BeLessThanOrEqualTo(window - 1 + Math.Max(64, window / 4));
    }

    [Theory, InlineData(3, 4, "a window of 4 tokens"), InlineData(3, null, "no window"), InlineData(null, 1, "a window of 1 token.")]
    public void A_layer_keeps_its_window(int? first, int? second, string named)
    {
        using var cache = new KeyValueCache();
        var piece = rand(1, 1, 2, 4);
        cache.Update(0, piece, piece, first);
        FluentActions.Invoking(() => cache.Update(0, piece, piece, second)).Should().ThrowExactly<ArgumentException>()
            .WithParameterName("window").Which.Message.Should().Contain($"this call has {named}");
    }

    [Fact]
    public void A_window_is_cropped_only_if_its_tokens_remain()
    {
        using var cache = new KeyValueCache();
        var first = rand(1, 1, 100, 4);
        cache.Update(0, first, first, window: 3);
        FluentActions.Invoking(() => cache.Crop(50)).Should().ThrowExactly<InvalidOperationException>()
            .Which.Message.Should().Contain("from 100 to 50");
        cache.Crop(0);
        var (keys, _) = cache.Update(0, first, first, window: 3);
        Close.Equal(first, keys, 0, "keys");
    }

    [Fact]
    public void A_trained_prefix_in_a_window_gets_its_gradient()
    {
        using var cache = new KeyValueCache();
        var prefix = rand(1, 1, 4, 4).requires_grad_();
        cache.Update(0, prefix, prefix, window: 3);
        var (keys, _) = cache.Update(0, rand(1, 1, 1, 4), rand(1, 1, 1, 4), window: 3);
        using (no_grad()) cache.Update(0, rand(1, 1, 1, 4), rand(1, 1, 1, 4), window: 3);
        (keys * keys).sum().backward();
        Close.Equal(cat([zeros(1, 1, 2, 4), 2 * prefix.detach().narrow(2, 2, 2)], 2), prefix.grad!, 1e-6, "gradient");
    }

    [Fact]
    public void Rows_are_repeated_reordered_and_dropped_and_then_continued()
    {
        using var cache = new KeyValueCache();
        var (first, next) = (rand(2, 1, 3, 4), rand(3, 1, 1, 4));
        cache.Update(0, first, first);
        cache.SelectRows(tensor(new long[] { 1, 0, 1 }));
        var (keys, _) = cache.Update(0, next, next);
        Close.Equal(cat([first[TensorIndex.Tensor(tensor(new long[] { 1, 0, 1 }))], next], 2), keys, 0, "keys");
    }

    [Theory]
    [InlineData(null), InlineData(3)]
    public void Rows_are_reordered_in_the_reserved_memory(int? window)
    {
        using var cache = new KeyValueCache(maxLength: 40);
        var (first, next) = (rand(3, 2, 5, 4), rand(3, 2, 1, 4));
        cache.Update(0, first, -first, window);
        cache.Update(1, 2 * first, 3 * first, window);
        var capacity = cache.Capacity(0);
        foreach (var rows in new long[][] { [2, 1, 1], [0, 1, 2], [1, 0, 2] })
        {
            var index = tensor(rows);
            first = first.index_select(0, index);
            cache.SelectRows(index);
        }
        var kept = window is null ? first : first.narrow(2, 5 - (window.Value - 1), window.Value - 1);
        var (keys, values) = cache.Update(0, next, next, window);
        Close.Equal(cat([kept, next], 2), keys, 0, "keys");
        Close.Equal(cat([-kept, next], 2), values, 0, "values");
        Close.Equal(cat([3 * kept, next], 2), cache.Update(1, next, next, window).Values, 0, "values of the second layer");
        Assert.Equal(capacity, cache.Capacity(0));
    }

    [Fact]
    public void A_cropped_cache_continues_at_its_new_length()
    {
        using var cache = new KeyValueCache();
        var (first, next) = (rand(1, 1, 5, 4), rand(1, 1, 1, 4));
        cache.Update(0, first, first);
        cache.Crop(2);
        Assert.Equal(2, cache.Length);
        var (keys, _) = cache.Update(0, next, next);
        Close.Equal(cat([first.narrow(2, 0, 2), next], 2), keys, 0, "keys");
        FluentActions.Invoking(() => cache.Crop(4)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_trained_prefix_gets_its_gradient()
    {
        using var cache = new KeyValueCache();
        var prefix = rand(1, 1, 2, 4).requires_grad_();
        cache.Update(0, prefix, prefix);
        var (keys, _) = cache.Update(0, rand(1, 1, 3, 4), rand(1, 1, 3, 4));
        (keys * keys).sum().backward();
        Close.Equal(2 * prefix.detach(), prefix.grad!, 1e-6, "gradient");
    }

    [Fact]
    public void States_that_do_not_continue_the_cache_are_refused()
    {
        using var cache = new KeyValueCache();
        cache.Update(0, rand(2, 2, 3, 4), rand(2, 2, 3, 4));
        FluentActions.Invoking(() => cache.Update(0, rand(1, 2, 1, 4), rand(1, 2, 1, 4)))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("for each batch");
        FluentActions.Invoking(() => cache.Update(2, rand(2, 2, 1, 4), rand(2, 2, 1, 4)))
            .Should().ThrowExactly<ArgumentOutOfRangeException>().Which.Message.Should().Contain("in order");
        FluentActions.Invoking(() => new KeyValueCache(0)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_disposed_cache_leaves_no_tensor_behind()
    {
        long Live()
        {
            using (var scope = NewDisposeScope())
            {
                using var cache = new KeyValueCache();
                foreach (var tokens in new[] { 3, 100, 1 }) cache.Update(0, rand(1, 1, tokens, 4), rand(1, 1, tokens, 4));
                cache.SelectRows(tensor(new long[] { 0, 0 }));
            }
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }
        var before = Live();
        Assert.Equal(before, Live());
    }
}
