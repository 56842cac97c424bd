using System.Reflection;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;

namespace Forewave.Server.Http.Answers;

/// <summary>The OpenAPI document, as it stands in docs/openapi.json.</summary>
internal static class OpenApiAnswer
{
    private static readonly Lazy<byte[]> Document = new(Read);

    /// <summary>Its bytes.</summary>
    public static ReadOnlyMemory<byte> Bytes => Document.Value;

    /// <summary>Answers with it.</summary>
    public static async Task WriteAsync(ApiCall call)
    {
        var response = call.Context.Response;
        response.ContentType = ContentTypes.Json;
        response.ContentLength = Bytes.Length;
        await response.BodyWriter.WriteAsync(Bytes, call.Gone);
    }

    private static byte[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("openapi.json")!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
