using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Internal;

public sealed class TypeNameTests
{
    [Theory]
    [InlineData(typeof(long), "Int64")]
    [InlineData(typeof(long?), "Int64?")]
    [InlineData(typeof(int?[]), "Int32?[]")]
    [InlineData(typeof(Dictionary<string, List<float[]>>), "Dictionary<String, List<Single[]>>")]
    [InlineData(typeof(nn.Module<Tensor, Tensor>), "Module<Tensor, Tensor>")]
    public void A_type_is_named_as_in_source_code(Type type, string name) => Assert.Equal(name, TypeName.Of(type));
}
