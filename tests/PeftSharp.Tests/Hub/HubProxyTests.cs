using System.Net;
using PeftSharp.Hub;

namespace PeftSharp.Tests.Hub;

public sealed class HubProxyTests
{
    private static readonly Uri _address = new("http://proxy:8080");

    // The results of Python's httpx for the same variable.
    [Theory]
    [InlineData(null, "https://huggingface.co", false), InlineData("", "https://huggingface.co", false)]
    [InlineData("*", "https://huggingface.co", true), InlineData("localhost, *", "http://a", true)]
    [InlineData("huggingface.co", "https://huggingface.co", true), InlineData("huggingface.co", "https://cdn.huggingface.co", true)]
    [InlineData(".huggingface.co", "https://cdn.huggingface.co", true), InlineData("HuggingFace.co", "https://huggingface.CO", true)]
    [InlineData("face.co", "https://huggingface.co", false), InlineData("huggingface.co", "https://huggingface.com", false)]
    [InlineData("127.0.0.1,localhost", "http://127.0.0.1:8080", true), InlineData("localhost", "http://localhost:1", true)]
    [InlineData("10.0.0.0/8", "http://10.1.2.3", true), InlineData("10.0.0.0/8", "http://11.1.2.3", false)]
    [InlineData("10.0.0.0/8", "http://ten.example", false), InlineData("::1", "http://[::1]:80", true)]
    [InlineData("hub.example:8080", "http://hub.example:8080", true), InlineData("hub.example:8080", "http://hub.example", false)]
    public void The_exceptions_are_those_of_Python(string? exceptions, string address, bool isDirect)
    {
        var proxy = new HubProxy(new WebProxy(_address), exceptions);
        proxy.IsBypassed(new Uri(address)).Should().Be(isDirect);
        proxy.GetProxy(new Uri(address)).Should().Be(isDirect ? null : _address);
    }
}
