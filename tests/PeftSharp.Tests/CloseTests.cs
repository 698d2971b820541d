using Xunit.Sdk;
using static TorchSharp.torch;

namespace PeftSharp.Tests;

/// <summary>Tests of the comparison that the parity tests use.</summary>
public sealed class CloseTests
{
    [Fact]
    public void Differences_are_measured_by_the_largest_and_the_worst_is_named()
    {
        using var expected = tensor(new double[,] { { 1, -100 }, { 3, 4 } });
        using var actual = tensor(new double[,] { { 1, -100 }, { 3.5, 4.1 } });
        Close.Equal(expected, actual, 0.0051);
        FluentActions.Invoking(() => Close.Equal(expected, actual, 0.0049, "logits"))
            .Should().ThrowExactly<FailException>().Which.Message.Should().ContainAll("logits[1, 0] is 3.5 instead of 3;", "5.00E-003");
    }

    [Theory]
    [InlineData(double.NaN, 1, false)]
    [InlineData(1, double.NaN, false)]
    [InlineData(double.NaN, double.NaN, true)]
    [InlineData(double.NegativeInfinity, double.NegativeInfinity, true)]
    [InlineData(double.NegativeInfinity, double.PositiveInfinity, false)]
    [InlineData(double.PositiveInfinity, 5, false)]
    [InlineData(0, 1e-9, false)]
    [InlineData(0, -0.0, true)]
    public void Infinity_NaN_and_zero_are_equal_only_to_themselves(double expected, double actual, bool equal)
    {
        var error = Record.Exception(() => Close.Equal([expected, 0], [actual, 0], 1e-3));
        Assert.Equal(equal, error is null);
    }

    [Fact]
    public void Ulps_are_those_of_the_expected_type()
    {
        using var one = ones(2);
        using var next = one + 1.1920929e-07;
        Close.Equal(one, next, ulps: 1);
        FluentActions.Invoking(() => Close.Equal(one, next, ulps: 0)).Should().ThrowExactly<FailException>();
    }

    [Fact]
    public void Another_shape_of_the_same_numbers_is_not_equal()
    {
        using var row = ones(1, 4);
        using var column = ones(4, 1);
        FluentActions.Invoking(() => Close.Equal(row, column, 1.0)).Should().Throw<XunitException>();
    }
}
