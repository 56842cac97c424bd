using System.Text.Json;

namespace Forewave.Integration.Tests.Http;

/// <summary>
/// Compares answers with their schemas in the OpenAPI document: types, required fields, closed lists of words; and a field that the
/// document does not have is an offence too.
/// </summary>
internal sealed class AnswerSchema(JsonElement document)
{
    /// <summary>What is wrong, by its path in the answer.</summary>
    public IEnumerable<string> Offences(JsonElement schema, JsonElement answer, string at = "")
    {
        if (schema.TryGetProperty("$ref", out var reference))
            return Offences(Resolve(reference.GetString()!), answer, at);
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            int fitting = choices.EnumerateArray().Count(choice => !Offences(choice, answer, at).Any());
            return fitting == 1 ? [] : [$"{at}: fits {fitting} of the choices"];
        }
        return schema.TryGetProperty("type", out var type) ? OfType(type.GetString()!, schema, answer, at) : [];
    }

    /// <summary>What a reference means.</summary>
    public JsonElement Resolve(string reference)
    {
        Assert.StartsWith("#/", reference, StringComparison.Ordinal);
        return reference[2..].Split('/').Aggregate(document, (element, name) => element.GetProperty(name));
    }

    private IEnumerable<string> OfType(string type, JsonElement schema, JsonElement answer, string at)
    {
        bool fits = type switch
        {
            "object" => answer.ValueKind == JsonValueKind.Object,
            "array" => answer.ValueKind == JsonValueKind.Array,
            "string" => answer.ValueKind == JsonValueKind.String,
            "integer" => answer.ValueKind == JsonValueKind.Number && answer.TryGetInt64(out _),
            "number" => answer.ValueKind == JsonValueKind.Number,
            "boolean" => answer.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => throw new InvalidOperationException($"the document has the type {type}"),
        };
        if (!fits)
            return [$"{at}: is no {type}"];
        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(word => word.GetString() == answer.GetString()))
            return [$"{at}: is none of its words"];
        if (schema.TryGetProperty("format", out _) && !answer.TryGetDateTimeOffset(out _))
            return [$"{at}: is no time"];
        return type switch
        {
            "object" when schema.TryGetProperty("properties", out var properties) => OfObject(schema, properties, answer, at),
            "array" => answer.EnumerateArray().SelectMany((item, i) => Offences(schema.GetProperty("items"), item, $"{at}[{i}]")),
            _ => [],
        };
    }

    private IEnumerable<string> OfObject(JsonElement schema, JsonElement properties, JsonElement answer, string at)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(name => !answer.TryGetProperty(name.GetString()!, out _)))
                yield return $"{at}.{name}: is missing";
        }
        foreach (var field in answer.EnumerateObject())
        {
            if (!properties.TryGetProperty(field.Name, out var property))
            {
                yield return $"{at}.{field.Name}: is not in the document";
                continue;
            }
            foreach (string offence in Offences(property, field.Value, $"{at}.{field.Name}"))
                yield return offence;
        }
    }
}
