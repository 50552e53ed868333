//! Structs that callers fill in.

/// Declares a struct that can get new fields without breaking anybody who fills it in: the fields can be read, and each
/// is set by a method of its name.
macro_rules! settable {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident {
            $($(#[$doc:meta])* pub $field:ident: $kind:ty,)+
        }
    ) => {
        $(#[$attribute])*
        #[non_exhaustive]
        pub struct $name {
            $($(#[$doc])* pub $field: $kind,)+
        }

        impl $name {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $field(mut self, $field: $kind) -> Self {
                    self.$field = $field;
                    self
                }
            )+
        }
    };
}

pub(crate) use settable;
