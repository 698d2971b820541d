namespace PeftSharp.Tokenization;

/// <summary>The keys, values or items of a dictionary.</summary>
/// <param name="Name">The name of the method: <c>keys</c>, <c>values</c> or <c>items</c>.</param>
/// <param name="Dict">The dictionary.</param>
internal sealed record JinjaView(string Name, JinjaDict Dict)
{
    internal IEnumerable<object?> Items => Name switch
    {
        "keys" => Dict.Keys,
        "values" => Dict.Values,
        _ => Dict.Items.Select(item => new JinjaTuple([item.Key, item.Value])),
    };
}
