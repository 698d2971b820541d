#region readme-serving
using System.Runtime.CompilerServices;
using PeftSharp.Generation;
using PeftSharp.Models;
using PeftSharp.Prediction;
using PeftSharp.Tuners;

var builder = WebApplication.CreateBuilder(args);
var folder = builder.Configuration["Model"] ?? "gpt2";                      // the base model
var adapters = builder.Configuration["Adapters"] ?? "adapters";             // each subfolder has the name of its adapter

// The base model is loaded once for the process. Each adapter needs memory only for its own weights.
var first = Directory.GetDirectories(adapters)[0];
using var model = PeftModel.FromPretrained(AutoModelForCausalLM.FromPretrained(folder), first, Path.GetFileName(first));
model.LoadAdapters(adapters);                                               // the other adapters
using var writer = new TextGenerator(model, AutoTokenizer.FromPretrained(folder));
using var slots = new SemaphoreSlim(2);                                     // at most two requests compute at once; the others wait

var app = builder.Build();

app.MapPost("/generate", async (Request request, CancellationToken cancellationToken) =>
{
    if (!IsKnown(request.Adapter)) return Results.BadRequest(Unknown(request));
    await slots.WaitAsync(cancellationToken);
    try
    {
        var texts = await writer.GenerateAsync([request.Prompt], Options(request), cancellationToken: cancellationToken);
        return Results.Ok(new { request.Adapter, texts[0].Text });
    }
    finally { slots.Release(); }
});

// The same text, sent in pieces as server-sent events.
app.MapPost("/stream", (Request request, CancellationToken cancellationToken) => IsKnown(request.Adapter)
    ? TypedResults.ServerSentEvents(Pieces(request, cancellationToken))
    : (IResult)Results.BadRequest(Unknown(request)));

app.Run();

string Unknown(Request request) => $"There is no adapter '{request.Adapter}'. Adapters: {string.Join(", ", model.PeftConfigs.Keys)}.";

bool IsKnown(string? adapter) => adapter is null || model.PeftConfigs.ContainsKey(adapter);

// BaseModel is the model without an adapter. The seed applies to this call only, so requests do not affect each other's texts.
static GenerationOptions Options(Request request) => new()
{
    Adapter = request.Adapter ?? AdapterChoice.BaseModel,
    MaxNewTokens = Math.Clamp(request.MaxNewTokens ?? 50, 1, 500),
    Seed = request.Seed ?? Random.Shared.Next(),
};

async IAsyncEnumerable<string> Pieces(Request request, [EnumeratorCancellation] CancellationToken cancellationToken)
{
    await slots.WaitAsync(cancellationToken);
    try
    {
        await foreach (var piece in writer.GenerateStreamAsync(request.Prompt, Options(request), cancellationToken)) yield return piece;
    }
    finally { slots.Release(); }
}

internal sealed record Request(string Prompt, string? Adapter = null, int? MaxNewTokens = null, int? Seed = null);
#endregion
