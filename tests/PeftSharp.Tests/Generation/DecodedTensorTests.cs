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
}
