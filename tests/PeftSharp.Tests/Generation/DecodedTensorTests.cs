using PeftSharp.Generation;
using PeftSharp.Models;
using PeftSharp.Tests.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Generation;

public sealed class DecodedTensorTests
{
    [Fact]
    public void A_tensor_of_ids_has_one_text_for_each_row_also_without_tokens()
    {
        using var scope = NewDisposeScope();
        var tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));
        var ids = tokenizer.Encode("one two").Ids.Select(id => (long)id).ToArray();
        tokenizer.BatchDecode(tensor(ids).unsqueeze(0).repeat(2, 1)).Should().Equal("one two", "one two");
        tokenizer.Decode(tensor(ids)).Should().Be("one two");
        tokenizer.BatchDecode(zeros(2, 0, ScalarType.Int64)).Should().Equal("", "");
    }

    [Fact]
    public void A_scalar_and_a_tensor_without_rows_are_refused_with_their_shape()
    {
        using var scope = NewDisposeScope();
        var tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));
        foreach (var decode in new Action[] { () => tokenizer.Decode(tensor(1L)), () => tokenizer.BatchDecode(tensor(1L)) })
            decode.Should().ThrowExactly<ArgumentException>().WithParameterName("ids").WithMessage("*scalar*shape is [], but*");
        FluentActions.Invoking(() => tokenizer.Decode(zeros(0, 3, ScalarType.Int64)))
            .Should().ThrowExactly<ArgumentException>().WithMessage("There are no rows of ids: the shape is [0, 3]*");
        FluentActions.Invoking(() => tokenizer.Decode(zeros(2, 3, ScalarType.Int64)))
            .Should().ThrowExactly<ArgumentException>().WithMessage("There are 2 rows of ids. Use BatchDecode*");
    }
}
