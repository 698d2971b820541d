using PeftSharp.Native;
using TorchSharp;

namespace PeftSharp.Tests.Native;

public sealed class NativeBackendTests
{
    [Fact]
    public void Tensors_compute_after_loading_any_number_of_times()
    {
        NativeBackend.Load();
        NativeBackend.Load();
        using var a = torch.tensor(new double[] { 1, 2, 3, 4 }).reshape(2, 2);
        using var product = a.matmul(a);
        product.data<double>().ToArray().Should().Equal(7, 10, 15, 22);
    }
}
