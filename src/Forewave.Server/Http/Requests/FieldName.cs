namespace Forewave.Server.Http.Requests;

/// <summary>The name of a parameter, header or JSON field, for the error that names it.</summary>
internal readonly record struct FieldName(string Text)
{
    public static implicit operator FieldName(string text) => new(text);
}
