({ $rt: { inc, interpolate } }) => {
  globalThis.Animal = class Animal {
    legs = 4;
    static count = 0;

    constructor(name) {
      this.name = name;
      const v = Animal;
      const n = Animal.count;
      v.count = typeof n === "number" ? n + 1 : inc(n);
    }

    speak() {
      return `${interpolate(this.name)} makes a sound`;
    }

    async later() {
      return Promise.resolve(this.name);
    }

    get upper() {
      return this.name.toUpperCase();
    }

    static make(name) {
      return new Animal(name);
    }
  };
};

({ $rt: { str } }) => {
  globalThis.Dog = class Dog extends Animal {
    constructor(name) {
      super(name);
      this.tricks = [];
    }

    speak() {
      return str(super.speak(), ": woof");
    }
  };
};
